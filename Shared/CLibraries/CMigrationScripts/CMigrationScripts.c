#include "CMigrationScripts.h"

// #embed (C23) takes the files in as they are, at no cost in compile time, and the compiler notes them as dependencies.
// SwiftPM's .embedInCode makes Swift array literals of them: 10 s for 30 KB.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char control[] = {
#embed "../../Storage/Migrations/sql/0001_control.sql"
};

static const unsigned char data[] = {
#embed "../../Storage/Migrations/sql/0002_data.sql"
};

static const unsigned char oauth[] = {
#embed "../../Storage/Migrations/sql/0003_oauth.sql"
};

static const unsigned char deletions[] = {
#embed "../../Storage/Migrations/sql/0004_deletions.sql"
};

static const unsigned char failures[] = {
#embed "../../Storage/Migrations/sql/0005_failures.sql"
};

static const unsigned char limits[] = {
#embed "../../Storage/Migrations/sql/0006_limits.sql"
};

static const unsigned char paces[] = {
#embed "../../Storage/Migrations/sql/0007_paces_and_estimates.sql"
};

static const unsigned char indexes[] = {
#embed "../../Storage/Migrations/sql/0008_scheduling_indexes.sql"
};

static const unsigned char statistics[] = {
#embed "../../Storage/Migrations/sql/0009_statistics.sql"
};

#define SCRIPT(file, text) { file, text, sizeof text }

// A new migration: its file in the folder, its bytes above, its line here. A test compares this list with the folder.
static const MigrationScript scripts[] = {
    SCRIPT("0001_control.sql", control),
    SCRIPT("0002_data.sql", data),
    SCRIPT("0003_oauth.sql", oauth),
    SCRIPT("0004_deletions.sql", deletions),
    SCRIPT("0005_failures.sql", failures),
    SCRIPT("0006_limits.sql", limits),
    SCRIPT("0007_paces_and_estimates.sql", paces),
    SCRIPT("0008_scheduling_indexes.sql", indexes),
    SCRIPT("0009_statistics.sql", statistics),
};

size_t migrationScriptCount(void) { return sizeof scripts / sizeof scripts[0]; }

MigrationScript migrationScript(size_t index) { return scripts[index]; }
