//! Keys of tests, which stand in PEM files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Returns the bytes that a PEM file with one block holds, in DER.
///
/// ```
/// let pem = "-----BEGIN PUBLIC KEY-----\nAQID\nBA==\n-----END PUBLIC KEY-----\n";
/// assert_eq!(test_support::pem::der(pem)?, [1, 2, 3, 4]);
/// # Ok::<(), base64::DecodeError>(())
/// ```
///
/// # Errors
///
/// If what stands between the first and the last line is not base64.
pub fn der(pem: &str) -> Result<Vec<u8>, base64::DecodeError> {
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    STANDARD.decode(lines.collect::<String>())
}
