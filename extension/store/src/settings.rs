//! The extension's own settings: small values under names that their owner chooses.

use idb::Query;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use crate::schema::SETTINGS;
use crate::{Error, Store};

impl Store {
    /// The value under a name; `None` if there is none.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it is not a `T`.
    pub async fn get_setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Error> {
        let value = self
            .read(&[SETTINGS], async |tx| {
                Ok(tx
                    .store(SETTINGS)?
                    .get(Query::Key(JsValue::from_str(name)))?
                    .await?)
            })
            .await?;
        match value.and_then(|value| value.as_string()) {
            Some(json) => Ok(Some(serde_json::from_str(&json)?)),
            None => Ok(None),
        }
    }

    /// Stores a value under a name, as JSON text.
    ///
    /// # Errors
    /// [`Error::Full`].
    pub async fn put_setting<T: Serialize + ?Sized>(
        &self,
        name: &str,
        value: &T,
    ) -> Result<(), Error> {
        let json = JsValue::from_str(&serde_json::to_string(value)?);
        self.write(&[SETTINGS], async |tx| {
            tx.store(SETTINGS)?
                .put(&json, Some(&JsValue::from_str(name)))?
                .await?;
            Ok(())
        })
        .await
    }
}
