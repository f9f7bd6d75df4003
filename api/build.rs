//! Makes a release build notice that the web app it embeds was built anew.
//!
//! A debug build reads the files when they are asked for, so there is nothing to watch.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../web/dist");
    }
}
