// The f32 exponential of the contract, one value at a time.
#pragma once

namespace onehead::reference {

// With ln 2 in two parts (0.693359375 - 2.12194440e-4) and p a polynomial for (e^r - 1 - r) / r²:
//
//   below -87: 0    above 88.72: infinity    else
//   n = x / ln 2, rounded half to even        r = x - n * ln 2, part by part
//   e^x = (1 + (r + r² * p(r))) * 2^n
//
// Every operation is one IEEE f32 operation, in the order written in exp.cpp.
float exp_f32(float x);

}  // namespace onehead::reference
