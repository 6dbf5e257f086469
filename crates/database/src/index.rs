//! Indexes of a collection: questions get fast, and values unique.

use crate::collection::Collection;
use crate::error::{Error, shortened};
use crate::limits::INDEX_FIELDS;
use crate::name::FieldPath;

impl Collection<'_> {
    /// Makes an index over fields, in their order, if it is not there. A unique one refuses a second document with
    /// the same values; what is missing or null is never the same.
    ///
    /// # Errors
    /// If no field can have such a name, or if documents that are there are not unique.
    pub fn index(&self, fields: &[&str], unique: bool) -> Result<(), Error> {
        if fields.is_empty() || fields.len() > INDEX_FIELDS {
            return Err(Error::Name {
                name: shortened(&fields.join(",")),
                what: "an index",
                problem: "it has one to five fields",
            });
        }
        let fields: Vec<FieldPath> = fields
            .iter()
            .map(|field| field.parse())
            .collect::<Result<_, _>>()?;
        self.create()?;
        self.check_tables()?;
        let names: Vec<&str> = fields.iter().map(FieldPath::as_str).collect();
        let values: Vec<String> = fields.iter().map(FieldPath::value_sql).collect();
        let (word, ending) = if unique {
            ("UNIQUE ", ".unique")
        } else {
            ("", "")
        };
        let statement = format!(
            "CREATE {word}INDEX IF NOT EXISTS \"{}.{}{ending}\" ON {} ({})",
            self.name,
            names.join(","),
            self.name.quoted(),
            values.join(", ")
        );
        self.site(|connection| Ok(connection.execute_batch(&statement)?))
    }
}
