#pragma once
#include <stddef.h>

/// The text of one numbered SQL file of Shared/Storage/Migrations/sql.
typedef struct {
    /// The file's name, such as "0001_control.sql".
    const char *_Nonnull file;
    const unsigned char *_Nonnull text;
    size_t length;
} MigrationScript;

/// How many there are.
size_t migrationScriptCount(void);
/// The script at `index`, which is below the count.
MigrationScript migrationScript(size_t index);
