//! Derives `messages::Message`: how a Rust type becomes a plain JavaScript object and is read from one, and its
//! declaration in TypeScript. It must not know which messages there are.
//!
//! - A struct is an object with its fields.
//! - An enum without data is one of its variants' names, a string.
//! - Any other enum is an object whose `kind` is the variant's name, with the variant's fields beside it. Another name
//!   than `kind` is given by `#[message(tag = "…")]`.
//!
//! All names are in camel case there. Why not serde: its readers make the shell, a visitor's first wait, a tenth larger,
//! and none of its formats keeps a `Blob` or hands bytes over without a copy.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Fields, Lit, LitStr, Meta, Type, Variant,
};

/// UTF-16 code units of a variant's name.
const MAX_KIND: u32 = 32;

/// Derives `messages::Message`.
#[proc_macro_derive(Message, attributes(message))]
pub fn derive_message(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let derived = syn::parse(input).and_then(|input: DeriveInput| derive(&input));
    derived
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}

fn derive(input: &DeriveInput) -> Result<TokenStream, Error> {
    let name = &input.ident;
    let parts = match &input.data {
        Data::Struct(data) => of_struct(&field_list(&data.fields)?),
        Data::Enum(data) => {
            let variants = data.variants.iter().collect::<Vec<_>>();
            match variants
                .iter()
                .all(|variant| matches!(variant.fields, Fields::Unit))
            {
                true => of_names(&variants),
                false => of_enum(&tag(&input.attrs)?, &variants)?,
            }
        }
        Data::Union(_) => return Err(Error::new_spanned(name, "a union is no message")),
    };
    let Parts {
        read,
        write,
        declaration,
    } = parts;
    let (text, doc) = (name.to_string(), doc(&input.attrs));
    Ok(quote! {
        impl crate::Message for #name {
            fn read(value: &wasm_bindgen::JsValue) -> Option<Self> { #read }
            fn write(&self, transfer: &js_sys::Array) -> wasm_bindgen::JsValue { #write }
            #[cfg(feature = "typescript")]
            fn type_name() -> String { #text.to_owned() }
            #[cfg(feature = "typescript")]
            fn declaration() -> String {
                format!("{}export type {} ={};\n", crate::typescript::doc("", #doc), #text, #declaration)
            }
        }
    })
}

/// The bodies of the derived functions.
struct Parts {
    read: TokenStream,
    write: TokenStream,
    declaration: TokenStream,
}

struct Field<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    name: String,
    doc: String,
}

fn field_list(fields: &Fields) -> Result<Vec<Field<'_>>, Error> {
    let named = fields.iter().map(|field| {
        let ident = field
            .ident
            .as_ref()
            .ok_or_else(|| Error::new_spanned(field, "a message's fields have names"))?;
        Ok(Field {
            ident,
            ty: &field.ty,
            name: camel_case(&ident.to_string()),
            doc: doc(&field.attrs),
        })
    });
    named.collect()
}

fn of_struct(fields: &[Field<'_>]) -> Parts {
    let (idents, names) = columns(fields);
    let declaration = declared_fields("", fields);
    Parts {
        read: quote! {
            Some(Self { #(#idents: crate::object::read(value, #names)?),* })
        },
        write: quote! {
            let object = js_sys::Object::new();
            #(crate::object::write(&object, #names, &self.#idents, transfer);)*
            object.into()
        },
        declaration: quote! { format!(" {{{}\n}}", #declaration) },
    }
}

fn of_names(variants: &[&Variant]) -> Parts {
    let idents = variants.iter().map(|variant| &variant.ident);
    let idents = idents.collect::<Vec<_>>();
    let names = idents.iter().map(|ident| lower_first(&ident.to_string()));
    let names = names.collect::<Vec<_>>();
    let docs = variants.iter().map(|variant| doc(&variant.attrs));
    Parts {
        read: quote! {
            match &*value.as_string()? {
                #(#names => Some(Self::#idents),)*
                _ => None,
            }
        },
        write: quote! {
            let _ = transfer;
            let name = match self { #(Self::#idents => #names),* };
            name.into()
        },
        declaration: quote! {{
            let mut text = String::new();
            #(text += &format!("\n{}  | '{}'", crate::typescript::doc("  ", #docs), #names);)*
            text
        }},
    }
}

fn of_enum(tag: &str, variants: &[&Variant]) -> Result<Parts, Error> {
    let (mut reads, mut writes, mut declarations) = (vec![], vec![], vec![]);
    for variant in variants {
        let ident = &variant.ident;
        let kind = lower_first(&ident.to_string());
        let fields = field_list(&variant.fields)?;
        let (idents, names) = columns(&fields);
        // A field may be named like a variable of ours.
        let values = idents.iter().map(|ident| format_ident!("field_{ident}"));
        let values = values.collect::<Vec<_>>();
        reads.push(quote! {
            #kind => Self::#ident { #(#idents: crate::object::read(value, #names)?),* }
        });
        writes.push(quote! {
            Self::#ident { #(#idents: #values),* } => {
                crate::object::set(&object, #tag, &#kind.into());
                #(crate::object::write(&object, #names, #values, transfer);)*
            }
        });
        let (doc, fields) = (doc(&variant.attrs), declared_fields("    ", &fields));
        declarations.push(quote! {
            text += &format!(
                "\n{}  | {{\n      {}: '{}';{}\n    }}",
                crate::typescript::doc("  ", #doc), #tag, #kind, #fields,
            );
        });
    }
    Ok(Parts {
        read: quote! {
            let kind = crate::object::Text::<#MAX_KIND>::read(&crate::object::get(value, #tag))?;
            Some(match &*kind.0 {
                #(#reads,)*
                _ => return None,
            })
        },
        write: quote! {
            let object = js_sys::Object::new();
            match self { #(#writes)* }
            object.into()
        },
        declaration: quote! {{
            let mut text = String::new();
            #(#declarations)*
            text
        }},
    })
}

fn columns<'a>(fields: &'a [Field<'_>]) -> (Vec<&'a Ident>, Vec<&'a str>) {
    let columns = fields.iter().map(|field| (field.ident, &*field.name));
    columns.unzip()
}

/// An expression: the lines that declare these fields.
fn declared_fields(indent: &str, fields: &[Field<'_>]) -> TokenStream {
    let (_, names) = columns(fields);
    let types = fields.iter().map(|field| field.ty);
    let docs = fields.iter().map(|field| &field.doc);
    let indent = format!("{indent}  ");
    quote! {{
        let mut text = String::new();
        #(text += &format!(
            "\n{}{}{}: {};",
            crate::typescript::doc(#indent, #docs), #indent, #names, <#types as crate::Message>::type_name(),
        );)*
        text
    }}
}

/// The name of the property that tells an enum's variants apart.
fn tag(attributes: &[Attribute]) -> Result<String, Error> {
    let mut tag = "kind".to_owned();
    for attribute in attributes {
        if attribute.path().is_ident("message") {
            attribute.parse_nested_meta(|meta| {
                tag = meta.value()?.parse::<LitStr>()?.value();
                Ok(())
            })?;
        }
    }
    Ok(tag)
}

/// The text of doc comments.
fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(meta) = &attribute.meta else {
            return None;
        };
        match &meta.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) if meta.path.is_ident("doc") => Some(text.value().trim().to_owned()),
            _ => None,
        }
    });
    lines.collect::<Vec<_>>().join(" ")
}

/// `same_site` as `sameSite`.
fn camel_case(name: &str) -> String {
    let mut words = name.trim_start_matches("r#").split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| text + &upper_first(word))
}

fn upper_first(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn lower_first(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}
