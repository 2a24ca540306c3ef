// Floats as JSON numbers. std::to_chars would bring its tables of powers, larger than this engine.
#pragma once

#include <string>

namespace onehead {

// The fewest digits that read back as the same f32; "null" if not finite.
void append_f32(float value, std::string& out);

// 17 significant digits or fewer, right to about 1e-15 relative: for people, not for round trips.
void append_f64(double value, std::string& out);

}  // namespace onehead
