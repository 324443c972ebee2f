#pragma once
// C interface to simdjson.
