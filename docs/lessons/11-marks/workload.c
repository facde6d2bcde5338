// Answers requests, and has two marks. They are written out as <sys/sdt.h> would, so that its package need not be there.
#include <stdio.h>
#include <stdlib.h>

#if defined __x86_64__ || defined __aarch64__
#define MARK(name, first, second)                                           \
  __asm__ volatile(                                                         \
      "990: nop\n"                                                          \
      ".pushsection .note.stapsdt,\"\",\"note\"\n"                          \
      ".balign 4\n"                                                         \
      ".4byte 992f-991f, 994f-993f, 3\n"                                    \
      "991: .asciz \"stapsdt\"\n"                                           \
      "992: .balign 4\n"                                                    \
      "993: .8byte 990b, _.stapsdt.base, 0\n"                               \
      ".asciz \"shop\"\n"                                                   \
      ".asciz \"" name "\"\n"                                               \
      ".asciz \"-4@%0 -4@%1\"\n"                                            \
      "994: .balign 4\n"                                                    \
      ".popsection\n"                                                       \
      ".ifndef _.stapsdt.base\n"                                            \
      ".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n" \
      ".weak _.stapsdt.base\n"                                              \
      ".hidden _.stapsdt.base\n"                                            \
      "_.stapsdt.base: .space 1\n"                                          \
      ".size _.stapsdt.base, 1\n"                                           \
      ".popsection\n"                                                       \
      ".endif\n" ::"r"(first), "r"(second))
#else
#error "the notes of marks are not written for this machine"
#endif

int main(void) {
  static const struct {
    int asked, status, sent;
  } requests[] = {{100, 200, 100}, {500, 500, 17},  {250, 200, 250}, {80, 404, 9},
                  {900, 500, 333}, {640, 200, 640}, {70, 500, 21}};
  long bytes = 0, failed_bytes = 0, asked = 0;
  int failed = 0;
  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
    MARK("request_start", (int)i, requests[i].asked);
    asked += requests[i].asked;
    bytes += requests[i].sent;
    if (requests[i].status == 500) {
      failed++;
      failed_bytes += requests[i].sent;
    }
    MARK("request_done", requests[i].status, requests[i].sent);
  }
  const char* path = getenv("CORETAP_TRUTH");
  FILE* truth = path ? fopen(path, "w") : NULL;
  if (!truth) return 1;
  fprintf(truth, "bytes=%ld\nfailed_bytes=%ld\nasked=%ld\nfailed=%d\n", bytes, failed_bytes, asked, failed);
  return fclose(truth) != 0;
}
