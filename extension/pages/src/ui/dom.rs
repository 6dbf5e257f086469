//! Finding, cloning and filling elements. Data only ever becomes text and attribute values.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlDialogElement, HtmlElement, HtmlTemplateElement, Window};

use crate::error::PageError;

/// The page's window.
///
/// # Errors
/// [`PageError::Markup`] outside of a page.
pub fn window() -> Result<Window, PageError> {
    web_sys::window().ok_or_else(|| PageError::Markup("window".into()))
}

/// The page's document.
///
/// # Errors
/// [`PageError::Markup`] outside of a page.
pub fn document() -> Result<Document, PageError> {
    window()?
        .document()
        .ok_or_else(|| PageError::Markup("document".into()))
}

/// The element with this id, as its own type.
///
/// # Errors
/// [`PageError::Markup`] if there is none of that type.
pub fn by_id<T: JsCast>(id: &str) -> Result<T, PageError> {
    document()?
        .get_element_by_id(id)
        .and_then(|element| element.dyn_into().ok())
        .ok_or_else(|| PageError::Markup(format!("#{id}")))
}

/// The first element in `root` that fits the selector, as its own type.
///
/// # Errors
/// [`PageError::Markup`] if there is none of that type.
pub fn find<T: JsCast>(root: &Element, selector: &str) -> Result<T, PageError> {
    root.query_selector(selector)
        .ok()
        .flatten()
        .and_then(|element| element.dyn_into().ok())
        .ok_or_else(|| PageError::Markup(selector.into()))
}

/// A fresh copy of the one element in the `<template>` with this id.
///
/// # Errors
/// [`PageError::Markup`] if there is no such template, or it is empty.
pub fn copy_of(template: &str) -> Result<Element, PageError> {
    let missing = || PageError::Markup(format!("#{template}"));
    let original = by_id::<HtmlTemplateElement>(template)?
        .content()
        .first_element_child()
        .ok_or_else(missing)?;
    document()?
        .import_node_with_deep(&original, true)?
        .dyn_into()
        .map_err(|_| missing())
}

/// Set the element's text. An element that has it already is left alone, so that a screen reader does
/// not announce it twice and a selection stays.
pub fn set_text(element: &Element, text: &str) {
    if element.text_content().as_deref() != Some(text) {
        element.set_text_content(Some(text));
    }
}

/// Show or hide the element.
pub fn show(element: &Element, visible: bool) {
    if visible {
        let _ = element.remove_attribute("hidden");
    } else {
        let _ = element.set_attribute("hidden", "");
    }
}

/// Set an attribute, unless it has that value already.
pub fn set_attribute(element: &Element, name: &str, value: &str) {
    if element.get_attribute(name).as_deref() != Some(value) {
        let _ = element.set_attribute(name, value);
    }
}

/// Put `child` at the end of `parent`.
///
/// # Errors
/// [`PageError::Browser`] if the browser refuses, as it does for an element inside itself.
pub fn append(parent: &Element, child: &Element) -> Result<(), PageError> {
    parent.append_child(child)?;
    Ok(())
}

/// Open the dialog with this id, above everything else.
///
/// # Errors
/// [`PageError`] if it is not there, or open already.
pub fn open_dialog(id: &str) -> Result<(), PageError> {
    Ok(by_id::<HtmlDialogElement>(id)?.show_modal()?)
}

/// Close the dialog with this id.
///
/// # Errors
/// [`PageError::Markup`] if it is not there.
pub fn close_dialog(id: &str) -> Result<(), PageError> {
    by_id::<HtmlDialogElement>(id)?.close();
    Ok(())
}

/// Move the keyboard's focus there, if it can be focused.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}
