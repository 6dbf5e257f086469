//! What the C libraries in the box call and nobody else defines (`crates/script`, "In wasm").

#![expect(
    unsafe_code,
    reason = "symbols that C code calls have to be exported as they are named there"
)]

/// QuickJS asks for the time: microseconds since 1970 (or what the engine puts in its place).
#[unsafe(no_mangle)]
extern "C" fn __rquickjs_host_now_us() -> f64 {
    script::clock::for_interpreter(js_sys::Date::now() * 1_000.0)
}

/// SQLite's library would print; there is nowhere to.
#[unsafe(no_mangle)]
extern "C" fn putchar_(_character: core::ffi::c_char) {}
