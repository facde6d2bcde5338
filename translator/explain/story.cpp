#include "explain/story.h"

namespace coretap::explain {

const char* reach_text(Reach reach) {
  switch (reach) {
    case Reach::Readable: return "readable";
    case Reach::InPart: return "partly readable";
    case Reach::Gone: return "gone";
    case Reach::NotInScope: break;
  }
  return "not in scope";
}

}  // namespace coretap::explain
