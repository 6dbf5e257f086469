//! Messages as plain JavaScript objects, which `postMessage` clones.
//!
//! What arrives may be anybody's: a value that is not of its field's type makes the whole object no message, and
//! nothing throws.

use std::marker::PhantomData;

use js_sys::{Array, JsString, Object, Reflect, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

/// What can be a message or a part of one. Derived for structs and enums, see `messages-derive`.
pub trait Message: Sized {
    /// Reads a value; `None` if it is not of this type.
    fn read(value: &JsValue) -> Option<Self>;

    /// The value. What is to be transferred instead of being copied, the buffers of bytes, is added to `transfer`.
    fn write(&self, transfer: &Array) -> JsValue;

    /// The type's name in TypeScript.
    #[cfg(feature = "typescript")]
    fn type_name() -> String;

    /// The type's declaration in TypeScript, if it needs one.
    #[cfg(feature = "typescript")]
    fn declaration() -> String {
        String::new()
    }
}

/// A property of an object; undefined if it has none or is no object.
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

/// Reads a property; `None` if it is not of this type.
pub fn read<T: Message>(object: &JsValue, name: &str) -> Option<T> {
    T::read(&get(object, name))
}

/// Sets a property of a new object to a message.
pub fn write<T: Message>(object: &Object, name: &str, value: &T, transfer: &Array) {
    set(object, name, &value.write(transfer));
}

/// Sets a property of a new object.
pub fn set(object: &Object, name: &str, value: &JsValue) {
    // Fails only for frozen objects.
    let _ = Reflect::set(object, &name.into(), value);
}

macro_rules! primitive {
    ($type:ty, $name:literal, |$value:ident| $read:expr) => {
        impl Message for $type {
            fn read($value: &JsValue) -> Option<Self> {
                $read
            }

            fn write(&self, _: &Array) -> JsValue {
                self.clone().into()
            }

            #[cfg(feature = "typescript")]
            fn type_name() -> String {
                $name.to_owned()
            }
        }
    };
}

primitive!(String, "string", |value| value.as_string());
primitive!(bool, "boolean", |value| value.as_bool());
primitive!(u16, "number", |value| whole(value)?.try_into().ok());
primitive!(u32, "number", |value| whole(value)?.try_into().ok());
primitive!(Blob, "Blob", |value| value.dyn_ref().cloned());

impl Message for u64 {
    fn read(value: &JsValue) -> Option<Self> {
        whole(value)
    }

    fn write(&self, _: &Array) -> JsValue {
        // What is counted here comes nowhere near 2^53.
        JsValue::from_f64(*self as f64)
    }

    #[cfg(feature = "typescript")]
    fn type_name() -> String {
        "number".to_owned()
    }
}

/// A whole number that a double holds exactly.
fn whole(value: &JsValue) -> Option<u64> {
    const MOST: f64 = 9_007_199_254_740_991.0;
    value
        .as_f64()
        .filter(|number| number.fract() == 0.0 && (0.0..=MOST).contains(number))
        .map(|number| number as u64)
}

impl Message for Uint8Array {
    fn read(value: &JsValue) -> Option<Self> {
        value.dyn_ref().cloned()
    }

    fn write(&self, transfer: &Array) -> JsValue {
        transfer.push(&self.buffer());
        self.into()
    }

    #[cfg(feature = "typescript")]
    fn type_name() -> String {
        "Uint8Array<ArrayBuffer>".to_owned()
    }
}

impl<T: Message> Message for Option<T> {
    /// Undefined is none as well.
    fn read(value: &JsValue) -> Option<Self> {
        if value.is_undefined() || value.is_null() {
            return Some(None);
        }
        T::read(value).map(Some)
    }

    fn write(&self, transfer: &Array) -> JsValue {
        self.as_ref()
            .map_or(JsValue::NULL, |value| value.write(transfer))
    }

    #[cfg(feature = "typescript")]
    fn type_name() -> String {
        format!("{} | null", T::type_name())
    }
}

impl<T: Message> Message for Vec<T> {
    fn read(value: &JsValue) -> Option<Self> {
        let array = value.dyn_ref::<Array>()?;
        let mut list = Self::new();
        for index in 0..array.length() {
            list.push(T::read(&array.get(index))?);
        }
        Some(list)
    }

    fn write(&self, transfer: &Array) -> JsValue {
        let array = Array::new();
        for value in self {
            array.push(&value.write(transfer));
        }
        array.into()
    }

    #[cfg(feature = "typescript")]
    fn type_name() -> String {
        format!("({})[]", T::type_name())
    }
}

/// A text of at most `MAX` UTF-16 code units. A longer one is not even copied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text<const MAX: u32>(pub String);

impl<const MAX: u32> Message for Text<MAX> {
    fn read(value: &JsValue) -> Option<Self> {
        let text = value.dyn_ref::<JsString>()?;
        (text.length() <= MAX).then(|| Self(text.into()))
    }

    fn write(&self, _: &Array) -> JsValue {
        (&*self.0).into()
    }

    #[cfg(feature = "typescript")]
    fn type_name() -> String {
        "string".to_owned()
    }
}

/// Names and values, one after the other in one list: `[name, value, …]`. A name without a value makes it no such list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs(pub Vec<(String, String)>);

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Pairs {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter();
        Self(
            pairs
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

impl Message for Pairs {
    fn read(value: &JsValue) -> Option<Self> {
        let list = value.dyn_ref::<Array>()?;
        let mut pairs = Vec::new();
        for index in (0..list.length()).step_by(2) {
            // Beyond the end is undefined.
            pairs.push((
                list.get(index).as_string()?,
                list.get(index + 1).as_string()?,
            ));
        }
        Some(Self(pairs))
    }

    fn write(&self, _: &Array) -> JsValue {
        let list = Array::new();
        for (name, value) in &self.0 {
            list.push(&name.into());
            list.push(&value.into());
        }
        list.into()
    }

    #[cfg(feature = "typescript")]
    fn type_name() -> String {
        Vec::<String>::type_name()
    }
}

/// A list that is passed on as it is.
#[derive(Debug, Clone, Default)]
pub struct Passed<T> {
    /// The list, of which only that is known.
    pub list: Array,
    of: PhantomData<T>,
}

impl<T> Passed<T> {
    /// Passes this list on.
    pub fn new(list: Array) -> Self {
        let of = PhantomData;
        Self { list, of }
    }
}

impl<T: Message> Message for Passed<T> {
    fn read(value: &JsValue) -> Option<Self> {
        value.dyn_ref().cloned().map(Self::new)
    }

    fn write(&self, _: &Array) -> JsValue {
        self.list.clone().into()
    }

    #[cfg(feature = "typescript")]
    fn type_name() -> String {
        Vec::<T>::type_name()
    }
}

/// A value that travels as its JSON text.
#[derive(Debug, Clone, PartialEq)]
pub struct Json<T>(pub T);

impl<T: Serialize + DeserializeOwned> Message for Json<T> {
    fn read(value: &JsValue) -> Option<Self> {
        serde_json::from_str(&value.as_string()?).ok().map(Self)
    }

    fn write(&self, _: &Array) -> JsValue {
        // Messages are made of what JSON has.
        serde_json::to_string(&self.0).unwrap_or_default().into()
    }

    #[cfg(feature = "typescript")]
    fn type_name() -> String {
        "string".to_owned()
    }
}
