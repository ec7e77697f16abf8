//! Multipart bodies.

use std::fmt;

use reqwest::multipart;

use crate::values::{Upload, UploadContent};

/// The parts of a multipart body, in the order they were set.
#[derive(Default)]
pub(crate) struct Form {
    parts: Vec<(&'static str, Part)>,
    required: &'static [&'static str],
}

enum Part {
    Text(String),
    File(Upload),
}

impl Form {
    /// Sets a file, in place of an earlier part of that name.
    pub(crate) fn file(&mut self, name: &'static str, file: Upload) {
        self.set(name, Part::File(file));
    }

    /// Sets a field, in place of an earlier part of that name.
    pub(crate) fn text(&mut self, name: &'static str, value: impl fmt::Display) {
        self.set(name, Part::Text(value.to_string()));
    }

    /// Names the parts without which nothing is sent.
    pub(crate) fn require(&mut self, names: &'static [&'static str]) {
        self.required = names;
    }

    /// Returns the first required part that is not set.
    pub(super) fn missing(&self) -> Option<&'static str> {
        let set = |name: &str| self.parts.iter().any(|(known, _)| *known == name);
        self.required.iter().find(|name| !set(name)).copied()
    }

    fn set(&mut self, name: &'static str, part: Part) {
        self.parts.retain(|(known, _)| *known != name);
        self.parts.push((name, part));
    }

    /// Returns whether the body can be sent a second time.
    pub(super) fn can_be_sent_again(&self) -> bool {
        !self
            .parts
            .iter()
            .any(|(_, part)| matches!(part, Part::File(file) if matches!(file.content, UploadContent::Stream(_))))
    }

    /// Returns the body of one attempt. A stream is used up by it.
    pub(super) fn body(&mut self) -> Result<multipart::Form, String> {
        let mut form = multipart::Form::new();
        for (name, part) in &mut self.parts {
            form = match part {
                Part::Text(text) => form.text(*name, text.clone()),
                Part::File(file) => form.part(*name, file_part(name, file)?),
            };
        }
        Ok(form)
    }
}

fn file_part(name: &str, file: &mut Upload) -> Result<multipart::Part, String> {
    // The file's name and media type become lines of the body.
    let texts = [
        ("file name", &file.file_name),
        ("content type", &file.content_type),
    ];
    for (what, text) in texts {
        if text
            .as_ref()
            .is_some_and(|text| text.contains(char::is_control))
        {
            return Err(format!("the {what} of `{name}` holds a control character"));
        }
    }
    let part = match &mut file.content {
        UploadContent::Bytes(bytes) => {
            multipart::Part::stream_with_length(bytes.clone(), bytes.len() as u64)
        }
        UploadContent::Stream(stream) => multipart::Part::stream(std::mem::take(stream)),
    };
    let media_type = file
        .content_type
        .as_deref()
        .unwrap_or("application/octet-stream");
    part.file_name(
        file.file_name
            .clone()
            .unwrap_or_else(|| "upload".to_owned()),
    )
    .mime_str(media_type)
    .map_err(|_| format!("the content type of `{name}` is not a media type"))
}
