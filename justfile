# Recipes for people; ./justw runs them without anything installed first.

set shell := ["sh", "-euc"]

# List the recipes
[private]
default:
    @"{{ just_executable() }}" --justfile "{{ justfile() }}" --list --unsorted

# Build and start everything, with a demo workspace; options go to `konductro serve`
run *options: build
    @exec sh scripts/run.sh {{ options }}

# Test everything: web app, Rust, browser; filters go to cargo nextest
test *filters: web postgres
    @sh scripts/test.sh {{ filters }}

# Check formats, lints and types
lint: web-packages
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    npm --prefix web run lint
    npm --prefix web run check

# Put every file into its format
format: web-packages
    cargo fmt --all
    npm --prefix web run format

# Build the web app
web:
    @sh scripts/web.sh

# Build the server as `run` starts it, with the web app inside
build: web postgres
    @cargo build --release -p konductro

# Write the OpenAPI document, and the TypeScript types that follow from it
gen: web-packages
    cargo build -p konductro
    mkdir -p openapi
    cargo run --quiet -p konductro -- openapi > openapi/openapi.json.new
    mv openapi/openapi.json.new openapi/openapi.json
    npm --prefix web run gen

# Measure the release build, and print one table; names of parts, such as `growth`, measure only those
bench *parts: web postgres
    @cargo build --release -p konductro -p konductro-tests --bins --bench measure
    @cargo bench --quiet -p konductro -p konductro-tests --bench measure -- {{ parts }}

# The large counts of the tests: many kills, many races, a million gate sequences; takes long
soak *filters: web postgres
    KONDUCTRO_SOAK=1 cargo nextest run --workspace --profile soak {{ filters }}

# Build all read models anew from the log, in the data folder of `run`
rebuild: build
    @cargo run --quiet --release -p konductro -- projections rebuild

# Bring the database in the data folder of `run` to this version's tables
migrate: build
    @cargo run --quiet --release -p konductro -- migrate

# Install PostgreSQL programs if the system has none
[private]
postgres:
    @sh scripts/postgres.sh

# Install the web app's packages
[private]
web-packages:
    @sh scripts/web.sh packages
