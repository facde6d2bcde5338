/* Where the process that runs has an object (a program or library): how far it was moved from the addresses that it was linked
 * with.
 *
 * A dynamic linker keeps a list of what it has loaded, for debuggers: struct r_debug and struct link_map of <link.h>, which are
 * SVR4's and the same in glibc and musl. DT_DEBUG of the program's dynamic section leads to the list, and the program itself is
 * found by its program headers, whose address the kernel told it (AT_PHDR; mm->saved_auxv is what the kernel wrote). An entry is
 * the object's if its dynamic section is where the object has it, and if the object's build-id is in its memory.
 * So the answer is right or there is none: not for an object that another one replaced, nor in a process that has not loaded it.
 *
 * Not found are objects in namespaces of their own (dlmopen(3)). All is of 64-bit programs. */
#ifndef CORETAP_OBJECT_BPF_H
#define CORETAP_OBJECT_BPF_H

/* What is looked through at most. */
#define CT_AUXV_MOST 24
#define CT_SEGMENTS_MOST 32
#define CT_DYNAMIC_MOST 96
#ifdef CT_BASE
#define CT_OBJECTS_MOST 128
#else
#define CT_OBJECTS_MOST 2048
#endif

/* Of <elf.h>. */
#define CT_AT_PHDR 3
#define CT_AT_PHNUM 5
#define CT_PT_DYNAMIC 2
#define CT_PT_PHDR 6
#define CT_DT_DEBUG 21
struct ct_segment {
  u32 type, flags;
  u64 offset, address, physical, file_size, size, align;
};
/* An entry of the auxiliary vector, or of a dynamic section. */
struct ct_tagged {
  u64 tag, value;
};
/* The part of struct link_map that all linkers have. */
struct ct_link {
  u64 moved, name, dynamic, next;
};

struct mm_struct___ct_auxv {
  unsigned long saved_auxv[2];
} __attribute__((preserve_access_index));
struct task_struct___ct_auxv {
  struct mm_struct___ct_auxv* mm;
} __attribute__((preserve_access_index));

/* A search, and what it has found so far. */
struct ct_object_search {
  struct ct_ctx* c;
  /* Of the object: link-time addresses, and the first 16 bytes of its build-id. */
  u64 dynamic, id_address, id_first, id_second;
  /* What is looked through, from where. */
  u64 at;
  /* Of the program: its headers and their number, its dynamic section, and the linker's struct r_debug. */
  u64 headers, count, own_dynamic, debug;
  /* How far the program was moved, and, when it is found, the object. */
  u64 moved;
  u64 found;
};

CT_CALLBACK ct_auxv_entry(u64 turn, struct ct_object_search* s) {
  struct ct_tagged entry;
  if (bpf_probe_read_kernel(&entry, sizeof(entry), (const void*)(s->at + turn * sizeof(entry))))
    return 1;
  if (entry.tag == CT_AT_PHDR) s->headers = entry.value;
  if (entry.tag == CT_AT_PHNUM) s->count = entry.value;
  return !entry.tag;
}

CT_CALLBACK ct_segment_entry(u64 turn, struct ct_object_search* s) {
  struct ct_segment segment;
  if (turn >= s->count) return 1;
  if (ct_user_read(s->c, &segment, sizeof(segment), s->headers + turn * sizeof(segment))) return 1;
  if (segment.type == CT_PT_PHDR) s->moved = s->headers - segment.address;
  if (segment.type == CT_PT_DYNAMIC) s->own_dynamic = segment.address;
  return 0;
}

CT_CALLBACK ct_dynamic_entry(u64 turn, struct ct_object_search* s) {
  struct ct_tagged entry;
  if (ct_user_read(s->c, &entry, sizeof(entry), s->at + turn * sizeof(entry))) return 1;
  if (entry.tag == CT_DT_DEBUG) s->debug = entry.value;
  return !entry.tag;
}

CT_CALLBACK ct_link_entry(u64 turn, struct ct_object_search* s) {
  struct ct_link link;
  u64 id[2];
  if (!s->at || ct_user_read(s->c, &link, sizeof(link), s->at)) {
    s->at = 0;
    return 1;
  }
  s->at = link.next;
  if (link.dynamic - link.moved != s->dynamic) return 0;
  if (ct_user_read(s->c, id, sizeof(id), link.moved + s->id_address)) return 0;
  if (id[0] != s->id_first || id[1] != s->id_second) return 0;
  s->moved = link.moved;
  s->found = 1;
  return 1;
}

/* Instead of a distance, which is a multiple of pages. */
enum { CT_OBJECT_ABSENT = 1, CT_OBJECTS_TOO_MANY = 3 };

/* How far the object was moved whose dynamic section and build-id have these link-time addresses, and whose build-id begins with
 * these two words; or why that is not known. */
static __always_inline s64 ct_object_moved(struct ct_ctx* c, u64 dynamic, u64 id_address,
                                           u64 id_first, u64 id_second) {
  struct task_struct___ct_auxv* task = (void*)bpf_get_current_task();
  struct mm_struct___ct_auxv* mm = BPF_CORE_READ(task, mm);
  struct ct_object_search s = {.c = c,
                               .dynamic = dynamic,
                               .id_address = id_address,
                               .id_first = id_first,
                               .id_second = id_second};
  /* Kernels before 6.7 look at a callback once, with the values from before the loop. */
  s.headers = ct_forget(0);
  s.count = ct_forget(0);
  s.moved = ct_forget(0);
  s.own_dynamic = ct_forget(0);
  s.debug = ct_forget(0);
  s.found = ct_forget(0);
  s.at = ct_forget((u64)&mm->saved_auxv);
  CT_REPEAT(CT_AUXV_MOST, ct_auxv_entry, &s);
  if (!s.headers) return CT_OBJECT_ABSENT;
  CT_REPEAT(CT_SEGMENTS_MOST, ct_segment_entry, &s);
  if (!s.own_dynamic) return CT_OBJECT_ABSENT;
  s.at = ct_forget(s.moved + s.own_dynamic);
  CT_REPEAT(CT_DYNAMIC_MOST, ct_dynamic_entry, &s);
  /* struct r_debug: a version, and at the next word the list. */
  u64 list = 0;
  if (!s.debug || ct_user_read(c, &list, sizeof(list), s.debug + 8)) return CT_OBJECT_ABSENT;
  s.at = ct_forget(list);
  CT_REPEAT(CT_OBJECTS_MOST, ct_link_entry, &s);
  if (!s.found) s.moved = s.at ? CT_OBJECTS_TOO_MANY : CT_OBJECT_ABSENT;
  return ct_forget(s.moved);
}

#endif
