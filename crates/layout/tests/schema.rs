//! The JSON schema that editors use says the same as the code.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use layout::{SiteJson, limits};
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../docs/site.schema.json")).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    keys
}

#[test]
fn the_schema_knows_every_field_and_no_other() {
    let full = SiteJson {
        schema: Some(String::new()),
        name: Some(String::new()),
        title: Some(String::new()),
        settings: layout::site_json::SiteSettings {
            single_page_fallback: Some(String::new()),
        },
        ..SiteJson::default()
    };
    let full = serde_json::to_value(full).unwrap();
    let schema = schema();
    assert_eq!(keys(&full), keys(&schema["properties"]));
    for part in ["settings", "limits"] {
        let about = &schema["properties"][part];
        assert_eq!(keys(&full[part]), keys(&about["properties"]), "{part}");
        assert_eq!(about["additionalProperties"], json!(false), "{part}");
        for (name, default) in full[part].as_object().unwrap() {
            if default.is_number() {
                assert_eq!(&about["properties"][name]["default"], default, "{name}");
            }
        }
    }
}

#[test]
fn the_schema_has_the_ceilings() {
    let schema = schema();
    let limits = &schema["properties"]["limits"]["properties"];
    for (name, most) in [
        ("cpuMs", limits::MAX_CPU_MS),
        ("deadlineSeconds", limits::MAX_DEADLINE_SECONDS),
        ("memoryMiB", limits::MAX_MEMORY_MIB),
        ("bodyMiB", limits::MAX_BODY_MIB),
        ("outputMiB", limits::MAX_OUTPUT_MIB),
        ("fileWritesMiB", limits::MAX_FILE_WRITES_MIB),
        ("filesMiB", limits::MAX_FILES_MIB),
        ("concurrency", limits::MAX_CONCURRENCY),
        ("queue", limits::MAX_QUEUE),
        ("streams", limits::MAX_STREAMS),
    ] {
        assert_eq!(limits[name]["maximum"], json!(most), "{name}");
        let over = json!({"limits": {name: most + 1}}).to_string();
        assert!(SiteJson::parse(over.as_bytes()).is_err(), "{name}");
        let at = json!({"limits": {name: most}}).to_string();
        assert!(SiteJson::parse(at.as_bytes()).is_ok(), "{name}");
        let least = limits[name]["minimum"].as_u64().unwrap();
        let at = json!({"limits": {name: least}}).to_string();
        assert!(SiteJson::parse(at.as_bytes()).is_ok(), "{name}");
    }
}
