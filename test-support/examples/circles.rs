//! Prints the circles of a package and who imports whom.
#![allow(missing_docs)]
fn main() -> Result<(), test_support::layers::ReadError> {
    let package = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let modules = test_support::layers::Modules::read(package)?;
    for circle in modules.circles() {
        println!("circle of {}: {}", circle.len(), circle.join(" "));
    }
    for import in modules.imports() {
        println!("{import}");
    }
    Ok(())
}
