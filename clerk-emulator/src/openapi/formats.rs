//! The formats of texts in Clerk's API.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimeParser;

/// Reads an RFC 3339 date and time, in milliseconds since 1970.
pub(crate) fn parse_date_time(text: &str) -> Option<i64> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    let timestamp = PARSER.parse_timestamp(text).ok()?;
    Some(timestamp.as_millisecond())
}

/// Writes milliseconds since 1970 as `2026-11-23T09:16:28Z`.
pub(crate) fn format_date_time(millis: i64) -> String {
    let seconds = Timestamp::from_second(millis.div_euclid(1000));
    seconds.map_or_else(|_| String::new(), |seconds| seconds.to_string())
}

/// Whether a text may be an email address.
pub(crate) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            // The longest that mail can be sent to.
            && text.len() <= 254
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !text.contains(|c: char| c.is_whitespace() || c.is_control())
            && !domain.contains('@')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_back_as_they_were_written() {
        for millis in [
            0,
            951_782_400_000,
            1_700_000_000_000,
            4_102_444_799_000,
            -86_400_000,
        ] {
            assert_eq!(
                parse_date_time(&format_date_time(millis)),
                Some(millis),
                "{millis}"
            );
        }
        assert_eq!(format_date_time(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(
            parse_date_time("2023-11-14T23:13:20.5+01:00"),
            Some(1_700_000_000_500)
        );
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "2023-11-14",
            "2023-13-14T00:00:00Z",
            "2023-02-31T00:00:00Z",
            "2023-11-14T25:00:00Z",
            "2023-11-14T00:00:00",
            "x-y-zTa:b:cZ",
        ] {
            assert_eq!(parse_date_time(text), None, "{text}");
        }
    }
}
