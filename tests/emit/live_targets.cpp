// In a file of their own, so that no optimiser knows them at the call.
#include <cstdint>
#include <cstring>

extern "C" {
int64_t ct_target(int64_t a, int64_t b) { return a - b; }
int64_t ct_target_text(const char* text) { return static_cast<int64_t>(strlen(text)); }
int64_t ct_target_other(int64_t a) { return ~a; }
}
