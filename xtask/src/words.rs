//! The words in the code of sources.

use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;

use anyhow::Context;
use proc_macro2::{TokenStream, TokenTree};

/// The names and the texts in the code of sources, without its documentation.
#[derive(Default)]
pub(crate) struct Words {
    pub(crate) names: BTreeSet<String>,
    pub(crate) texts: BTreeSet<String>,
}

impl Words {
    /// Those of all Rust below a folder; nothing when there is no such folder.
    pub(crate) fn below(folder: &Path) -> anyhow::Result<Words> {
        let mut out = Words::default();
        out.folder(folder)?;
        Ok(out)
    }

    fn folder(&mut self, folder: &Path) -> anyhow::Result<()> {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return Ok(());
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                self.folder(&path)?;
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path)
                    .with_context(|| format!("cannot read {}", path.display()))?;
                let tokens = TokenStream::from_str(&text).map_err(|error| {
                    anyhow::anyhow!("{} does not read: {error}", path.display())
                })?;
                self.tokens(tokens);
            }
        }
        Ok(())
    }

    fn tokens(&mut self, tokens: TokenStream) {
        let mut attribute = false;
        for token in tokens {
            // What stands in an attribute is documentation.
            let skipped = std::mem::take(&mut attribute);
            match token {
                TokenTree::Punct(punct) => {
                    attribute = punct.as_char() == '#' || skipped && punct.as_char() == '!'
                }
                TokenTree::Group(group) if !skipped => self.tokens(group.stream()),
                TokenTree::Group(_) => {}
                TokenTree::Ident(name) => drop(self.names.insert(name.to_string())),
                TokenTree::Literal(literal) => {
                    let text = syn::parse_str::<syn::LitStr>(&literal.to_string());
                    self.texts.extend(text.map(|text| text.value()));
                }
            }
        }
    }
}
