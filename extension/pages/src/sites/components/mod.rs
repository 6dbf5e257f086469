//! Parts of the page that are given what to show, and know neither the page nor where that comes from.

pub mod file_table;
pub mod log_list;
mod name_check;
pub mod name_field;
pub mod text_editor;
