mod options; use a_program::Server; fn main() { crate::options::read(); }
