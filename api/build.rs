//! Makes a build notice what is compiled into the binary: migrations, and for a release the web app.
//!
//! A debug build reads the web app's files when they are asked for, so there is nothing to watch. But where
//! they are is settled when it is compiled, by following links; so the folder must be there by then.

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../migrations");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../web/dist");
    }
    std::fs::create_dir_all("../web/dist")
}
