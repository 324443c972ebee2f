#pragma once
// Typed wrappers around the variadic and macro parts of the library, for Swift.
