//! Symbols that the C libraries in the box call and nothing else defines (`crates/script`, "In wasm").

#![expect(
    unsafe_code,
    reason = "symbols that C code calls have to be exported as they are named there"
)]

/// QuickJS reads the time here: microseconds since 1970 (or what the engine substitutes).
#[unsafe(no_mangle)]
extern "C" fn __rquickjs_host_now_us() -> f64 {
    script::clock::for_interpreter(js_sys::Date::now() * 1_000.0)
}

/// SQLite's C library prints here; the output is dropped.
#[unsafe(no_mangle)]
extern "C" fn putchar_(_character: core::ffi::c_char) {}
