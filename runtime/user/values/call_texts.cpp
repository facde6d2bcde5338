// Made by tapsets/tools/gen_call_texts.py from the tapsets. Do not edit.
// clang-format off
#include "call_texts.h"

#include "runtime/user/harness/names.h"

namespace ct {
namespace {

static const char ct_signal_names[32][16] = {
    "",        "SIGHUP",    "SIGINT",  "SIGQUIT",  "SIGILL",  "SIGTRAP", "SIGABRT", "SIGBUS",
    "SIGFPE",  "SIGKILL",   "SIGUSR1", "SIGSEGV",  "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM",
    "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP",  "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG",
    "SIGXCPU", "SIGXFSZ",   "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR",  "SIGSYS",
};

void text_sys_open_flag_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x3, "O_ACCMODE"}, {0x1, "O_WRONLY"}, {0x2, "O_RDWR"}, {0x40, "O_CREAT"}, {0x80, "O_EXCL"},
      {0x100, "O_NOCTTY"}, {0x200, "O_TRUNC"}, {0x400, "O_APPEND"}, {0x800, "O_NONBLOCK"},
      {0x101000, "O_SYNC"}, {0x1000, "O_DSYNC"}, {0x2000, "O_ASYNC"}, {0x4000, "O_DIRECT"},
      {0x8000, "O_LARGEFILE"}, {0x410000, "O_TMPFILE"}, {0x10000, "O_DIRECTORY"},
      {0x20000, "O_NOFOLLOW"}, {0x40000, "O_NOATIME"}, {0x80000, "O_CLOEXEC"},
      {0x200000, "O_PATH"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "O_RDONLY", 0x3);
}
void text_at_flag_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x100, "AT_SYMLINK_NOFOLLOW"}, {0x200, "AT_REMOVEDIR"}, {0x400, "AT_SYMLINK_FOLLOW"},
      {0x800, "AT_NO_AUTOMOUNT"}, {0x1000, "AT_EMPTY_PATH"}, {0x8000, "AT_RECURSIVE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_access_mode_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_mode) {
  static const ct_name names[] = {
      {0x4, "R_OK"}, {0x2, "W_OK"}, {0x1, "X_OK"},
  };
  CT_FLAG_NAMES(STAP_ARG_mode, "F_OK", 0);
}
void text_statx_mask_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_mask) {
  static const ct_name names[] = {
      {0xfff, "STATX_ALL"}, {0x7ff, "STATX_BASIC_STATS"}, {0x1, "STATX_TYPE"},
      {0x2, "STATX_MODE"}, {0x4, "STATX_NLINK"}, {0x8, "STATX_UID"}, {0x10, "STATX_GID"},
      {0x20, "STATX_ATIME"}, {0x40, "STATX_MTIME"}, {0x80, "STATX_CTIME"}, {0x100, "STATX_INO"},
      {0x200, "STATX_SIZE"}, {0x400, "STATX_BLOCKS"}, {0x800, "STATX_BTIME"},
      {0x1000, "STATX_MNT_ID"}, {0x2000, "STATX_DIOALIGN"}, {0x4000, "STATX_MNT_ID_UNIQUE"},
      {0x8000, "STATX_SUBVOL"}, {0x10000, "STATX_WRITE_ATOMIC"}, {0x20000, "STATX_DIO_READ_ALIGN"},
  };
  CT_FLAG_NAMES(STAP_ARG_mask, "0x0", 0);
}
void text_renameat2_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "RENAME_NOREPLACE"}, {0x2, "RENAME_EXCHANGE"}, {0x4, "RENAME_WHITEOUT"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_xattr_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "XATTR_CREATE"}, {0x2, "XATTR_REPLACE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mountflags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MS_RDONLY"}, {0x2, "MS_NOSUID"}, {0x4, "MS_NODEV"}, {0x8, "MS_NOEXEC"},
      {0x10, "MS_SYNCHRONOUS"}, {0x20, "MS_REMOUNT"}, {0x40, "MS_MANDLOCK"}, {0x80, "MS_DIRSYNC"},
      {0x400, "MS_NOATIME"}, {0x800, "MS_NODIRATIME"}, {0x1000, "MS_BIND"}, {0x2000, "MS_MOVE"},
      {0x4000, "MS_REC"}, {0x8000, "MS_SILENT"}, {0x10000, "MS_POSIXACL"},
      {0x20000, "MS_UNBINDABLE"}, {0x40000, "MS_PRIVATE"}, {0x80000, "MS_SLAVE"},
      {0x100000, "MS_SHARED"}, {0x200000, "MS_RELATIME"}, {0x1000000, "MS_STRICTATIME"},
      {0x2000000, "MS_LAZYTIME"},
  };
  CT_LONG_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_umountflags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MNT_FORCE"}, {0x2, "MNT_DETACH"}, {0x4, "MNT_EXPIRE"}, {0x8, "UMOUNT_NOFOLLOW"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_inotify_init_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x800, "IN_NONBLOCK"}, {0x80000, "IN_CLOEXEC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_inotify_watch_mask_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_mask) {
  static const ct_name names[] = {
      {0x1, "IN_ACCESS"}, {0x2, "IN_MODIFY"}, {0x4, "IN_ATTRIB"}, {0x8, "IN_CLOSE_WRITE"},
      {0x10, "IN_CLOSE_NOWRITE"}, {0x20, "IN_OPEN"}, {0x40, "IN_MOVED_FROM"},
      {0x80, "IN_MOVED_TO"}, {0x100, "IN_CREATE"}, {0x200, "IN_DELETE"},
      {0x400, "IN_DELETE_SELF"}, {0x800, "IN_MOVE_SELF"}, {0x2000, "IN_UNMOUNT"},
      {0x4000, "IN_Q_OVERFLOW"}, {0x8000, "IN_IGNORED"}, {0x1000000, "IN_ONLYDIR"},
      {0x2000000, "IN_DONT_FOLLOW"}, {0x4000000, "IN_EXCL_UNLINK"},
      {0x10000000, "IN_MASK_CREATE"}, {0x20000000, "IN_MASK_ADD"}, {0x40000000, "IN_ISDIR"},
      {0x80000000, "IN_ONESHOT"},
  };
  CT_FLAG_NAMES(STAP_ARG_mask, "0x0", 0);
}
void text_mknod_mode_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_mode) {
  static const ct_name names[] = {
      {0xc000, "S_IFSOCK"}, {0x8000, "S_IFREG"}, {0x6000, "S_IFBLK"}, {0x2000, "S_IFCHR"},
      {0x1000, "S_IFIFO"},
  };
  const char *type = nullptr; /* what mknod makes; other types are shown as numbers, with the permissions */
  for (const ct_name &row : names)
    if (row.value == (STAP_ARG_mode & 0170000)) type = row.name;
  snprintf(STAP_RETVALUE, STAP_RETLEN, "%s%s0%llo", type ? type : "", type ? "|" : "", STAP_ARG_mode & (type ? 07777 : 0177777));
}
void text_seek_whence_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_whence) {
  static const ct_name names[] = {
      {0, "SEEK_SET"}, {1, "SEEK_CUR"}, {2, "SEEK_END"}, {3, "SEEK_DATA"}, {4, "SEEK_HOLE"},
  };
  CT_NUMBER_NAME(STAP_ARG_whence);
}
void text_splice_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "SPLICE_F_MOVE"}, {0x2, "SPLICE_F_NONBLOCK"}, {0x4, "SPLICE_F_MORE"},
      {0x8, "SPLICE_F_GIFT"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_preadv2_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "RWF_HIPRI"}, {0x2, "RWF_DSYNC"}, {0x4, "RWF_SYNC"}, {0x8, "RWF_NOWAIT"},
      {0x10, "RWF_APPEND"}, {0x20, "RWF_NOAPPEND"}, {0x40, "RWF_ATOMIC"}, {0x80, "RWF_DONTCACHE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_fadvice_advice_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_advice) {
  static const ct_name names[] = {
      {0, "POSIX_FADV_NORMAL"}, {1, "POSIX_FADV_RANDOM"}, {2, "POSIX_FADV_SEQUENTIAL"},
      {3, "POSIX_FADV_WILLNEED"}, {4, "POSIX_FADV_DONTNEED"}, {5, "POSIX_FADV_NOREUSE"},
  };
  CT_NUMBER_NAME(STAP_ARG_advice);
}
void text_fallocate_mode_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_mode) {
  static const ct_name names[] = {
      {0x1, "FALLOC_FL_KEEP_SIZE"}, {0x2, "FALLOC_FL_PUNCH_HOLE"},
      {0x4, "FALLOC_FL_NO_HIDE_STALE"}, {0x8, "FALLOC_FL_COLLAPSE_RANGE"},
      {0x10, "FALLOC_FL_ZERO_RANGE"}, {0x20, "FALLOC_FL_INSERT_RANGE"},
      {0x40, "FALLOC_FL_UNSHARE_RANGE"},
  };
  CT_FLAG_NAMES(STAP_ARG_mode, "0x0", 0);
}
void text_sync_file_range_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "SYNC_FILE_RANGE_WAIT_BEFORE"}, {0x2, "SYNC_FILE_RANGE_WRITE"},
      {0x4, "SYNC_FILE_RANGE_WAIT_AFTER"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_fcntl_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0, "F_DUPFD"}, {1, "F_GETFD"}, {2, "F_SETFD"}, {3, "F_GETFL"}, {4, "F_SETFL"},
      {5, "F_GETLK"}, {6, "F_SETLK"}, {7, "F_SETLKW"}, {8, "F_SETOWN"}, {9, "F_GETOWN"},
      {10, "F_SETSIG"}, {11, "F_GETSIG"}, {15, "F_SETOWN_EX"}, {16, "F_GETOWN_EX"},
      {36, "F_OFD_GETLK"}, {37, "F_OFD_SETLK"}, {38, "F_OFD_SETLKW"}, {1024, "F_SETLEASE"},
      {1025, "F_GETLEASE"}, {1026, "F_NOTIFY"}, {1027, "F_DUPFD_QUERY"}, {1028, "F_CREATED_QUERY"},
      {1029, "F_CANCELLK"}, {1030, "F_DUPFD_CLOEXEC"}, {1031, "F_SETPIPE_SZ"},
      {1032, "F_GETPIPE_SZ"}, {1033, "F_ADD_SEALS"}, {1034, "F_GET_SEALS"}, {1035, "F_GET_RW_HINT"},
      {1036, "F_SET_RW_HINT"}, {1037, "F_GET_FILE_RW_HINT"}, {1038, "F_SET_FILE_RW_HINT"},
      {17, "F_GETOWNER_UIDS"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_flock_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_operation) {
  static const ct_name names[] = {
      {0x1, "LOCK_SH"}, {0x2, "LOCK_EX"}, {0x4, "LOCK_NB"}, {0x8, "LOCK_UN"}, {0x20, "LOCK_MAND"},
      {0x40, "LOCK_READ"}, {0x80, "LOCK_WRITE"},
  };
  CT_FLAG_NAMES(STAP_ARG_operation, "0x0", 0);
}
void text_epoll_op_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_op) {
  static const ct_name names[] = {
      {1, "EPOLL_CTL_ADD"}, {2, "EPOLL_CTL_DEL"}, {3, "EPOLL_CTL_MOD"},
  };
  CT_NUMBER_NAME(STAP_ARG_op);
}
void text_statx_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x100, "AT_SYMLINK_NOFOLLOW"}, {0x400, "AT_SYMLINK_FOLLOW"}, {0x800, "AT_NO_AUTOMOUNT"},
      {0x1000, "AT_EMPTY_PATH"}, {0x2000, "AT_STATX_FORCE_SYNC"}, {0x4000, "AT_STATX_DONT_SYNC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_faccessat_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x100, "AT_SYMLINK_NOFOLLOW"}, {0x200, "AT_EACCESS"}, {0x1000, "AT_EMPTY_PATH"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_name_to_handle_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "AT_HANDLE_MNT_ID_UNIQUE"}, {0x2, "AT_HANDLE_CONNECTABLE"}, {0x200, "AT_HANDLE_FID"},
      {0x400, "AT_SYMLINK_FOLLOW"}, {0x1000, "AT_EMPTY_PATH"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_execveat_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x100, "AT_SYMLINK_NOFOLLOW"}, {0x1000, "AT_EMPTY_PATH"}, {0x10000, "AT_EXECVE_CHECK"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_open_tree_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "OPEN_TREE_CLONE"}, {0x80000, "OPEN_TREE_CLOEXEC"}, {0x100, "AT_SYMLINK_NOFOLLOW"},
      {0x200, "AT_REMOVEDIR"}, {0x400, "AT_SYMLINK_FOLLOW"}, {0x800, "AT_NO_AUTOMOUNT"},
      {0x1000, "AT_EMPTY_PATH"}, {0x8000, "AT_RECURSIVE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_move_mount_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MOVE_MOUNT_F_SYMLINKS"}, {0x2, "MOVE_MOUNT_F_AUTOMOUNTS"},
      {0x4, "MOVE_MOUNT_F_EMPTY_PATH"}, {0x10, "MOVE_MOUNT_T_SYMLINKS"},
      {0x20, "MOVE_MOUNT_T_AUTOMOUNTS"}, {0x40, "MOVE_MOUNT_T_EMPTY_PATH"},
      {0x100, "MOVE_MOUNT_SET_GROUP"}, {0x200, "MOVE_MOUNT_BENEATH"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_fsopen_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "FSOPEN_CLOEXEC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_fsconfig_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0, "FSCONFIG_SET_FLAG"}, {1, "FSCONFIG_SET_STRING"}, {2, "FSCONFIG_SET_BINARY"},
      {3, "FSCONFIG_SET_PATH"}, {4, "FSCONFIG_SET_PATH_EMPTY"}, {5, "FSCONFIG_SET_FD"},
      {6, "FSCONFIG_CMD_CREATE"}, {7, "FSCONFIG_CMD_RECONFIGURE"}, {8, "FSCONFIG_CMD_CREATE_EXCL"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_fsmount_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "FSMOUNT_CLOEXEC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mount_attr_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MOUNT_ATTR_RDONLY"}, {0x2, "MOUNT_ATTR_NOSUID"}, {0x4, "MOUNT_ATTR_NODEV"},
      {0x8, "MOUNT_ATTR_NOEXEC"}, {0x10, "MOUNT_ATTR_NOATIME"}, {0x20, "MOUNT_ATTR_STRICTATIME"},
      {0x80, "MOUNT_ATTR_NODIRATIME"}, {0x100000, "MOUNT_ATTR_IDMAP"},
      {0x200000, "MOUNT_ATTR_NOSYMFOLLOW"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_fspick_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "FSPICK_CLOEXEC"}, {0x2, "FSPICK_SYMLINK_NOFOLLOW"}, {0x4, "FSPICK_NO_AUTOMOUNT"},
      {0x8, "FSPICK_EMPTY_PATH"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mount_setattr_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x100, "AT_SYMLINK_NOFOLLOW"}, {0x800, "AT_NO_AUTOMOUNT"}, {0x1000, "AT_EMPTY_PATH"},
      {0x8000, "AT_RECURSIVE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_quotactl_subcmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0x800001, "Q_SYNC"}, {0x800002, "Q_QUOTAON"}, {0x800003, "Q_QUOTAOFF"},
      {0x800004, "Q_GETFMT"}, {0x800005, "Q_GETINFO"}, {0x800006, "Q_SETINFO"},
      {0x800007, "Q_GETQUOTA"}, {0x800008, "Q_SETQUOTA"}, {0x800009, "Q_GETNEXTQUOTA"},
      {0x5801, "Q_XQUOTAON"}, {0x5802, "Q_XQUOTAOFF"}, {0x5803, "Q_XGETQUOTA"},
      {0x5804, "Q_XSETQLIM"}, {0x5805, "Q_XGETQSTAT"}, {0x5806, "Q_XQUOTARM"},
      {0x5807, "Q_XQUOTASYNC"}, {0x5808, "Q_XGETQSTATV"}, {0x5809, "Q_XGETNEXTQUOTA"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_fanotify_init_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x4, "FAN_CLASS_CONTENT"}, {0x8, "FAN_CLASS_PRE_CONTENT"}, {0x1, "FAN_CLOEXEC"},
      {0x2, "FAN_NONBLOCK"}, {0x10, "FAN_UNLIMITED_QUEUE"}, {0x20, "FAN_UNLIMITED_MARKS"},
      {0x40, "FAN_ENABLE_AUDIT"}, {0x80, "FAN_REPORT_PIDFD"}, {0x100, "FAN_REPORT_TID"},
      {0x200, "FAN_REPORT_FID"}, {0x400, "FAN_REPORT_DIR_FID"}, {0x800, "FAN_REPORT_NAME"},
      {0x1000, "FAN_REPORT_TARGET_FID"}, {0x2000, "FAN_REPORT_FD_ERROR"},
      {0x4000, "FAN_REPORT_MNT"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "FAN_CLASS_NOTIF", 0xc);
}
void text_fanotify_mark_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "FAN_MARK_ADD"}, {0x2, "FAN_MARK_REMOVE"}, {0x80, "FAN_MARK_FLUSH"},
      {0x4, "FAN_MARK_DONT_FOLLOW"}, {0x8, "FAN_MARK_ONLYDIR"}, {0x10, "FAN_MARK_MOUNT"},
      {0x20, "FAN_MARK_IGNORED_MASK"}, {0x40, "FAN_MARK_IGNORED_SURV_MODIFY"},
      {0x100, "FAN_MARK_FILESYSTEM"}, {0x200, "FAN_MARK_EVICTABLE"}, {0x400, "FAN_MARK_IGNORE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_fanotify_mask_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_mask) {
  static const ct_name names[] = {
      {0x1, "FAN_ACCESS"}, {0x2, "FAN_MODIFY"}, {0x4, "FAN_ATTRIB"}, {0x8, "FAN_CLOSE_WRITE"},
      {0x10, "FAN_CLOSE_NOWRITE"}, {0x20, "FAN_OPEN"}, {0x40, "FAN_MOVED_FROM"},
      {0x80, "FAN_MOVED_TO"}, {0x100, "FAN_CREATE"}, {0x200, "FAN_DELETE"},
      {0x400, "FAN_DELETE_SELF"}, {0x800, "FAN_MOVE_SELF"}, {0x1000, "FAN_OPEN_EXEC"},
      {0x4000, "FAN_Q_OVERFLOW"}, {0x8000, "FAN_FS_ERROR"}, {0x10000, "FAN_OPEN_PERM"},
      {0x20000, "FAN_ACCESS_PERM"}, {0x40000, "FAN_OPEN_EXEC_PERM"}, {0x100000, "FAN_PRE_ACCESS"},
      {0x1000000, "FAN_MNT_ATTACH"}, {0x2000000, "FAN_MNT_DETACH"},
      {0x8000000, "FAN_EVENT_ON_CHILD"}, {0x10000000, "FAN_RENAME"}, {0x40000000, "FAN_ONDIR"},
  };
  CT_LONG_FLAG_NAMES(STAP_ARG_mask, "0x0", 0);
}
void text_close_range_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x2, "CLOSE_RANGE_UNSHARE"}, {0x4, "CLOSE_RANGE_CLOEXEC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_dup3_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x80000, "O_CLOEXEC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_pipe2_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x800, "O_NONBLOCK"}, {0x80000, "O_CLOEXEC"}, {0x4000, "O_DIRECT"},
      {0x80, "O_NOTIFICATION_PIPE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_epoll_create_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x80000, "EPOLL_CLOEXEC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_eventfd_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x800, "EFD_NONBLOCK"}, {0x80000, "EFD_CLOEXEC"}, {0x1, "EFD_SEMAPHORE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_signalfd_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x800, "SFD_NONBLOCK"}, {0x80000, "SFD_CLOEXEC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_userfaultfd_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "UFFD_USER_MODE_ONLY"}, {0x800, "O_NONBLOCK"}, {0x80000, "O_CLOEXEC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_timerfd_create_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x80000, "TFD_CLOEXEC"}, {0x800, "TFD_NONBLOCK"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_timerfd_settime_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "TFD_TIMER_ABSTIME"}, {0x2, "TFD_TIMER_CANCEL_ON_SET"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_io_uring_enter_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "IORING_ENTER_GETEVENTS"}, {0x2, "IORING_ENTER_SQ_WAKEUP"},
      {0x4, "IORING_ENTER_SQ_WAIT"}, {0x8, "IORING_ENTER_EXT_ARG"},
      {0x10, "IORING_ENTER_REGISTERED_RING"}, {0x20, "IORING_ENTER_ABS_TIMER"},
      {0x40, "IORING_ENTER_EXT_ARG_REG"}, {0x80, "IORING_ENTER_NO_IOWAIT"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_io_uring_register_op_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_opcode) {
  static const ct_name names[] = {
      {0, "IORING_REGISTER_BUFFERS"}, {1, "IORING_UNREGISTER_BUFFERS"},
      {2, "IORING_REGISTER_FILES"}, {3, "IORING_UNREGISTER_FILES"}, {4, "IORING_REGISTER_EVENTFD"},
      {5, "IORING_UNREGISTER_EVENTFD"}, {6, "IORING_REGISTER_FILES_UPDATE"},
      {7, "IORING_REGISTER_EVENTFD_ASYNC"}, {8, "IORING_REGISTER_PROBE"},
      {9, "IORING_REGISTER_PERSONALITY"}, {10, "IORING_UNREGISTER_PERSONALITY"},
      {11, "IORING_REGISTER_RESTRICTIONS"}, {12, "IORING_REGISTER_ENABLE_RINGS"},
      {13, "IORING_REGISTER_FILES2"}, {14, "IORING_REGISTER_FILES_UPDATE2"},
      {15, "IORING_REGISTER_BUFFERS2"}, {16, "IORING_REGISTER_BUFFERS_UPDATE"},
      {17, "IORING_REGISTER_IOWQ_AFF"}, {18, "IORING_UNREGISTER_IOWQ_AFF"},
      {19, "IORING_REGISTER_IOWQ_MAX_WORKERS"}, {20, "IORING_REGISTER_RING_FDS"},
      {21, "IORING_UNREGISTER_RING_FDS"}, {22, "IORING_REGISTER_PBUF_RING"},
      {23, "IORING_UNREGISTER_PBUF_RING"}, {24, "IORING_REGISTER_SYNC_CANCEL"},
      {25, "IORING_REGISTER_FILE_ALLOC_RANGE"}, {26, "IORING_REGISTER_PBUF_STATUS"},
      {27, "IORING_REGISTER_NAPI"}, {28, "IORING_UNREGISTER_NAPI"}, {29, "IORING_REGISTER_CLOCK"},
      {30, "IORING_REGISTER_CLONE_BUFFERS"}, {31, "IORING_REGISTER_SEND_MSG_RING"},
      {32, "IORING_REGISTER_ZCRX_IFQ"}, {33, "IORING_REGISTER_RESIZE_RINGS"},
      {34, "IORING_REGISTER_MEM_REGION"},
  };
  CT_NUMBER_NAME(STAP_ARG_opcode);
}
void text_swapon_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x8000, "SWAP_FLAG_PREFER"}, {0x10000, "SWAP_FLAG_DISCARD"},
      {0x20000, "SWAP_FLAG_DISCARD_ONCE"}, {0x40000, "SWAP_FLAG_DISCARD_PAGES"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_delete_module_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x200, "O_TRUNC"}, {0x800, "O_NONBLOCK"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_quota_type_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_type) {
  static const ct_name names[] = {
      {0, "USRQUOTA"}, {1, "GRPQUOTA"}, {2, "PRJQUOTA"},
  };
  CT_NUMBER_NAME(STAP_ARG_type);
}
void text_finit_module_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MODULE_INIT_IGNORE_MODVERSIONS"}, {0x2, "MODULE_INIT_IGNORE_VERMAGIC"},
      {0x4, "MODULE_INIT_COMPRESSED_FILE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_kexec_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "KEXEC_ON_CRASH"}, {0x2, "KEXEC_PRESERVE_CONTEXT"}, {0x30000, "KEXEC_ARCH_386"},
      {0x3e0000, "KEXEC_ARCH_X86_64"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_kexec_file_load_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "KEXEC_FILE_UNLOAD"}, {0x2, "KEXEC_FILE_ON_CRASH"}, {0x4, "KEXEC_FILE_NO_INITRAMFS"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_sock_family_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_family) {
  static const ct_name names[] = {
      {0, "PF_UNSPEC"}, {1, "PF_LOCAL"}, {2, "PF_INET"}, {3, "PF_AX25"}, {4, "PF_IPX"},
      {5, "PF_APPLETALK"}, {6, "PF_NETROM"}, {7, "PF_BRIDGE"}, {8, "PF_ATMPVC"}, {9, "PF_X25"},
      {10, "PF_INET6"}, {11, "PF_ROSE"}, {12, "PF_DECnet"}, {13, "PF_NETBEUI"}, {14, "PF_SECURITY"},
      {15, "PF_KEY"}, {16, "PF_NETLINK"}, {17, "PF_PACKET"}, {18, "PF_ASH"}, {19, "PF_ECONET"},
      {20, "PF_ATMSVC"}, {21, "PF_RDS"}, {22, "PF_SNA"}, {23, "PF_IRDA"}, {24, "PF_PPPOX"},
      {25, "PF_WANPIPE"}, {26, "PF_LLC"}, {27, "PF_IB"}, {28, "PF_MPLS"}, {29, "PF_CAN"},
      {30, "PF_TIPC"}, {31, "PF_BLUETOOTH"}, {32, "PF_IUCV"}, {33, "PF_RXRPC"}, {34, "PF_ISDN"},
      {35, "PF_PHONET"}, {36, "PF_IEEE802154"}, {37, "PF_CAIF"}, {38, "PF_ALG"}, {39, "PF_NFC"},
      {40, "PF_VSOCK"}, {41, "PF_KCM"}, {42, "PF_QIPCRTR"}, {43, "PF_SMC"}, {44, "PF_XDP"},
      {45, "PF_MCTP"},
  };
  CT_NUMBER_NAME(STAP_ARG_family);
}
void text_sock_type_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_type) {
  static const ct_name names[] = {
      {0x1, "SOCK_STREAM"}, {0x2, "SOCK_DGRAM"}, {0x3, "SOCK_RAW"}, {0x4, "SOCK_RDM"},
      {0x5, "SOCK_SEQPACKET"}, {0x6, "SOCK_DCCP"}, {0xa, "SOCK_PACKET"},
  };
  static const ct_name flags[] = {{0x80000, "SOCK_CLOEXEC"}, {0x800, "SOCK_NONBLOCK"}};
  const char *name = nullptr;
  for (const ct_name &row : names)
    if (row.value == (STAP_ARG_type & 0xf)) name = row.name;
  s64 rest = STAP_ARG_type & 0xffffffff;
  STAP_RETVALUE[0] = 0;
  if (name) CT_APPEND("%s", name);
  if (name) rest &= ~0xfll;
  for (const ct_name &flag : flags) {
    if (rest & flag.value) CT_APPEND("%s%s", *STAP_RETVALUE ? "|" : "", flag.name);
    rest &= ~flag.value;
  }
  if (rest || !*STAP_RETVALUE) CT_APPEND("%s0x%llx", *STAP_RETVALUE ? "|" : "", rest);
}
void text_sock_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x80000, "SOCK_CLOEXEC"}, {0x800, "SOCK_NONBLOCK"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_sock_protocol_inet_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_protocol) {
  static const ct_name names[] = {
      {0, "IPPROTO_IP"}, {1, "IPPROTO_ICMP"}, {2, "IPPROTO_IGMP"}, {4, "IPPROTO_IPIP"},
      {6, "IPPROTO_TCP"}, {8, "IPPROTO_EGP"}, {12, "IPPROTO_PUP"}, {17, "IPPROTO_UDP"},
      {22, "IPPROTO_IDP"}, {29, "IPPROTO_TP"}, {33, "IPPROTO_DCCP"}, {41, "IPPROTO_IPV6"}, {46, "IPPROTO_RSVP"},
      {47, "IPPROTO_GRE"}, {50, "IPPROTO_ESP"}, {51, "IPPROTO_AH"}, {92, "IPPROTO_MTP"}, {98, "IPPROTO_ENCAP"}, {103, "IPPROTO_PIM"},
      {108, "IPPROTO_COMP"}, {132, "IPPROTO_SCTP"}, {136, "IPPROTO_UDPLITE"},
      {255, "IPPROTO_RAW"}, {58, "IPPROTO_ICMPV6"},
  };
  CT_NUMBER_NAME(STAP_ARG_protocol);
}
void text_sock_protocol_netlink_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_protocol) {
  static const ct_name names[] = {
      {0, "NETLINK_ROUTE"}, {2, "NETLINK_USERSOCK"}, {3, "NETLINK_FIREWALL"},
      {4, "NETLINK_SOCK_DIAG"}, {5, "NETLINK_NFLOG"}, {6, "NETLINK_XFRM"}, {7, "NETLINK_SELINUX"},
      {8, "NETLINK_ISCSI"}, {9, "NETLINK_AUDIT"}, {10, "NETLINK_FIB_LOOKUP"},
      {11, "NETLINK_CONNECTOR"}, {12, "NETLINK_NETFILTER"}, {15, "NETLINK_KOBJECT_UEVENT"},
      {16, "NETLINK_GENERIC"}, {21, "NETLINK_CRYPTO"},
  };
  CT_NUMBER_NAME(STAP_ARG_protocol);
}
void text_msg_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MSG_OOB"}, {0x2, "MSG_PEEK"}, {0x4, "MSG_DONTROUTE"}, {0x8, "MSG_CTRUNC"},
      {0x10, "MSG_PROBE"}, {0x20, "MSG_TRUNC"}, {0x40, "MSG_DONTWAIT"}, {0x80, "MSG_EOR"},
      {0x100, "MSG_WAITALL"}, {0x200, "MSG_FIN"}, {0x400, "MSG_SYN"}, {0x800, "MSG_CONFIRM"},
      {0x1000, "MSG_RST"}, {0x2000, "MSG_ERRQUEUE"}, {0x4000, "MSG_NOSIGNAL"},
      {0x8000, "MSG_MORE"}, {0x10000, "MSG_WAITFORONE"}, {0x20000, "MSG_SENDPAGE_NOTLAST"},
      {0x40000, "MSG_BATCH"}, {0x80000, "MSG_NO_SHARED_FRAGS"}, {0x4000000, "MSG_ZEROCOPY"},
      {0x20000000, "MSG_FASTOPEN"}, {0x40000000, "MSG_CMSG_CLOEXEC"},
      {0x80000000, "MSG_CMSG_COMPAT"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_shutdown_how_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_how) {
  static const ct_name names[] = {
      {0, "SHUT_RD"}, {1, "SHUT_WR"}, {2, "SHUT_RDWR"},
  };
  CT_NUMBER_NAME(STAP_ARG_how);
}
void text_sockopt_level_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_level) {
  static const ct_name names[] = {
      {0, "SOL_IP"}, {1, "SOL_SOCKET"}, {6, "SOL_TCP"}, {17, "SOL_UDP"}, {41, "SOL_IPV6"},
      {255, "SOL_RAW"}, {263, "SOL_PACKET"}, {270, "SOL_NETLINK"},
  };
  CT_NUMBER_NAME(STAP_ARG_level);
}
void text_sockopt_optname_socket_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "SO_DEBUG"}, {2, "SO_REUSEADDR"}, {3, "SO_TYPE"}, {4, "SO_ERROR"}, {5, "SO_DONTROUTE"},
      {6, "SO_BROADCAST"}, {7, "SO_SNDBUF"}, {8, "SO_RCVBUF"}, {9, "SO_KEEPALIVE"},
      {10, "SO_OOBINLINE"}, {11, "SO_NO_CHECK"}, {12, "SO_PRIORITY"}, {13, "SO_LINGER"},
      {14, "SO_BSDCOMPAT"}, {15, "SO_REUSEPORT"}, {16, "SO_PASSCRED"}, {17, "SO_PEERCRED"},
      {18, "SO_RCVLOWAT"}, {19, "SO_SNDLOWAT"}, {20, "SO_RCVTIMEO"}, {21, "SO_SNDTIMEO"},
      {22, "SO_SECURITY_AUTHENTICATION"}, {23, "SO_SECURITY_ENCRYPTION_TRANSPORT"},
      {24, "SO_SECURITY_ENCRYPTION_NETWORK"}, {25, "SO_BINDTODEVICE"}, {26, "SO_ATTACH_FILTER"},
      {27, "SO_DETACH_FILTER"}, {28, "SO_PEERNAME"}, {29, "SO_TIMESTAMP"}, {30, "SO_ACCEPTCONN"},
      {31, "SO_PEERSEC"}, {32, "SO_SNDBUFFORCE"}, {33, "SO_RCVBUFFORCE"}, {34, "SO_PASSSEC"},
      {35, "SO_TIMESTAMPNS"}, {36, "SO_MARK"}, {37, "SO_TIMESTAMPING"}, {38, "SO_PROTOCOL"},
      {39, "SO_DOMAIN"}, {40, "SO_RXQ_OVFL"}, {41, "SO_WIFI_STATUS"}, {42, "SO_PEEK_OFF"},
      {43, "SO_NOFCS"}, {44, "SO_LOCK_FILTER"}, {45, "SO_SELECT_ERR_QUEUE"}, {46, "SO_BUSY_POLL"},
      {47, "SO_MAX_PACING_RATE"}, {48, "SO_BPF_EXTENSIONS"}, {49, "SO_INCOMING_CPU"},
      {50, "SO_ATTACH_BPF"}, {51, "SO_ATTACH_REUSEPORT_CBPF"}, {52, "SO_ATTACH_REUSEPORT_EBPF"},
      {53, "SO_CNX_ADVICE"}, {55, "SO_MEMINFO"}, {56, "SO_INCOMING_NAPI_ID"}, {57, "SO_COOKIE"},
      {59, "SO_PEERGROUPS"}, {60, "SO_ZEROCOPY"}, {61, "SO_TXTIME"}, {62, "SO_BINDTOIFINDEX"},
      {63, "SO_TIMESTAMP_NEW"}, {64, "SO_TIMESTAMPNS_NEW"}, {65, "SO_TIMESTAMPING_NEW"},
      {66, "SO_RCVTIMEO_NEW"}, {67, "SO_SNDTIMEO_NEW"}, {68, "SO_DETACH_REUSEPORT_BPF"},
      {69, "SO_PREFER_BUSY_POLL"}, {70, "SO_BUSY_POLL_BUDGET"}, {71, "SO_NETNS_COOKIE"},
      {72, "SO_BUF_LOCK"}, {73, "SO_RESERVE_MEM"}, {74, "SO_TXREHASH"}, {75, "SO_RCVMARK"},
      {76, "SO_PASSPIDFD"}, {77, "SO_PEERPIDFD"}, {78, "SO_DEVMEM_LINEAR"},
      {79, "SO_DEVMEM_DMABUF"}, {80, "SO_DEVMEM_DONTNEED"}, {82, "SO_RCVPRIORITY"},
      {83, "SO_PASSRIGHTS"}, {84, "SO_INQ"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_sockopt_optname_tcp_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "TCP_NODELAY"}, {2, "TCP_MAXSEG"}, {3, "TCP_CORK"}, {4, "TCP_KEEPIDLE"},
      {5, "TCP_KEEPINTVL"}, {6, "TCP_KEEPCNT"}, {7, "TCP_SYNCNT"}, {8, "TCP_LINGER2"},
      {9, "TCP_DEFER_ACCEPT"}, {10, "TCP_WINDOW_CLAMP"}, {11, "TCP_INFO"}, {12, "TCP_QUICKACK"},
      {13, "TCP_CONGESTION"}, {14, "TCP_MD5SIG"}, {18, "TCP_USER_TIMEOUT"}, {23, "TCP_FASTOPEN"},
      {24, "TCP_TIMESTAMP"}, {25, "TCP_NOTSENT_LOWAT"}, {31, "TCP_ULP"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_semctl_cmd(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0, "IPC_RMID"}, {1, "IPC_SET"}, {2, "IPC_STAT"}, {3, "IPC_INFO"}, {11, "GETPID"},
      {12, "GETVAL"}, {13, "GETALL"}, {14, "GETNCNT"}, {15, "GETZCNT"}, {16, "SETVAL"},
      {17, "SETALL"}, {18, "SEM_STAT"}, {19, "SEM_INFO"}, {20, "SEM_STAT_ANY"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_shmat_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1000, "SHM_RDONLY"}, {0x2000, "SHM_RND"}, {0x4000, "SHM_REMAP"}, {0x8000, "SHM_EXEC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_ipc_flags_bits_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x200, "IPC_CREAT"}, {0x400, "IPC_EXCL"}, {0x800, "IPC_NOWAIT"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_shmctl_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0, "IPC_RMID"}, {1, "IPC_SET"}, {2, "IPC_STAT"}, {3, "IPC_INFO"}, {11, "SHM_LOCK"},
      {12, "SHM_UNLOCK"}, {13, "SHM_STAT"}, {14, "SHM_INFO"}, {15, "SHM_STAT_ANY"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_msgctl_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0, "IPC_RMID"}, {1, "IPC_SET"}, {2, "IPC_STAT"}, {3, "IPC_INFO"}, {11, "MSG_STAT"},
      {12, "MSG_INFO"}, {13, "MSG_STAT_ANY"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_msgrcv_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1000, "MSG_NOERROR"}, {0x2000, "MSG_EXCEPT"}, {0x800, "IPC_NOWAIT"}, {0x4000, "MSG_COPY"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_shmget_flags_bits_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x200, "IPC_CREAT"}, {0x400, "IPC_EXCL"}, {0x800, "SHM_HUGETLB"}, {0x1000, "SHM_NORESERVE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_keyring_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_ring) {
  static const ct_name names[] = {
      {-1, "KEY_SPEC_THREAD_KEYRING"}, {-2, "KEY_SPEC_PROCESS_KEYRING"},
      {-3, "KEY_SPEC_SESSION_KEYRING"}, {-4, "KEY_SPEC_USER_KEYRING"},
      {-5, "KEY_SPEC_USER_SESSION_KEYRING"}, {-6, "KEY_SPEC_GROUP_KEYRING"},
      {-7, "KEY_SPEC_REQKEY_AUTH_KEY"}, {-8, "KEY_SPEC_REQUESTOR_KEYRING"},
  };
  CT_DECIMAL_NAME(STAP_ARG_ring);
}
void text_keyctl_option_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {0, "KEYCTL_GET_KEYRING_ID"}, {1, "KEYCTL_JOIN_SESSION_KEYRING"}, {2, "KEYCTL_UPDATE"},
      {3, "KEYCTL_REVOKE"}, {4, "KEYCTL_CHOWN"}, {5, "KEYCTL_SETPERM"}, {6, "KEYCTL_DESCRIBE"},
      {7, "KEYCTL_CLEAR"}, {8, "KEYCTL_LINK"}, {9, "KEYCTL_UNLINK"}, {10, "KEYCTL_SEARCH"},
      {11, "KEYCTL_READ"}, {12, "KEYCTL_INSTANTIATE"}, {13, "KEYCTL_NEGATE"},
      {14, "KEYCTL_SET_REQKEY_KEYRING"}, {15, "KEYCTL_SET_TIMEOUT"},
      {16, "KEYCTL_ASSUME_AUTHORITY"}, {17, "KEYCTL_GET_SECURITY"},
      {18, "KEYCTL_SESSION_TO_PARENT"}, {19, "KEYCTL_REJECT"}, {20, "KEYCTL_INSTANTIATE_IOV"},
      {21, "KEYCTL_INVALIDATE"}, {22, "KEYCTL_GET_PERSISTENT"}, {23, "KEYCTL_DH_COMPUTE"},
      {24, "KEYCTL_PKEY_QUERY"}, {25, "KEYCTL_PKEY_ENCRYPT"}, {26, "KEYCTL_PKEY_DECRYPT"},
      {27, "KEYCTL_PKEY_SIGN"}, {28, "KEYCTL_PKEY_VERIFY"}, {29, "KEYCTL_RESTRICT_KEYRING"},
      {30, "KEYCTL_MOVE"}, {31, "KEYCTL_CAPABILITIES"}, {32, "KEYCTL_WATCH_KEY"},
  };
  CT_DECIMAL_NAME(STAP_ARG_option);
}
void text_sockopt_optname_ip_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "IP_TOS"}, {2, "IP_TTL"}, {3, "IP_HDRINCL"}, {4, "IP_OPTIONS"}, {5, "IP_ROUTER_ALERT"},
      {6, "IP_RECVOPTS"}, {7, "IP_RETOPTS"}, {8, "IP_PKTINFO"}, {9, "IP_PKTOPTIONS"},
      {10, "IP_MTU_DISCOVER"}, {11, "IP_RECVERR"}, {12, "IP_RECVTTL"}, {13, "IP_RECVTOS"},
      {14, "IP_MTU"}, {15, "IP_FREEBIND"}, {16, "IP_IPSEC_POLICY"}, {17, "IP_XFRM_POLICY"},
      {18, "IP_PASSSEC"}, {19, "IP_TRANSPARENT"}, {20, "IP_ORIGDSTADDR"}, {21, "IP_MINTTL"},
      {22, "IP_NODEFRAG"}, {23, "IP_CHECKSUM"}, {24, "IP_BIND_ADDRESS_NO_PORT"},
      {25, "IP_RECVFRAGSIZE"}, {26, "IP_RECVERR_RFC4884"}, {32, "IP_MULTICAST_IF"},
      {33, "IP_MULTICAST_TTL"}, {34, "IP_MULTICAST_LOOP"}, {35, "IP_ADD_MEMBERSHIP"},
      {36, "IP_DROP_MEMBERSHIP"}, {37, "IP_UNBLOCK_SOURCE"}, {38, "IP_BLOCK_SOURCE"},
      {39, "IP_ADD_SOURCE_MEMBERSHIP"}, {40, "IP_DROP_SOURCE_MEMBERSHIP"}, {41, "IP_MSFILTER"},
      {42, "MCAST_JOIN_GROUP"}, {43, "MCAST_BLOCK_SOURCE"}, {44, "MCAST_UNBLOCK_SOURCE"},
      {45, "MCAST_LEAVE_GROUP"}, {46, "MCAST_JOIN_SOURCE_GROUP"}, {47, "MCAST_LEAVE_SOURCE_GROUP"},
      {48, "MCAST_MSFILTER"}, {49, "IP_MULTICAST_ALL"}, {50, "IP_UNICAST_IF"},
      {51, "IP_LOCAL_PORT_RANGE"}, {52, "IP_PROTOCOL"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_sockopt_optname_ipv6_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "IPV6_ADDRFORM"}, {2, "IPV6_2292PKTINFO"}, {3, "IPV6_2292HOPOPTS"},
      {4, "IPV6_2292DSTOPTS"}, {5, "IPV6_2292RTHDR"}, {6, "IPV6_2292PKTOPTIONS"},
      {7, "IPV6_CHECKSUM"}, {8, "IPV6_2292HOPLIMIT"}, {9, "IPV6_NEXTHOP"}, {10, "IPV6_AUTHHDR"},
      {11, "IPV6_FLOWINFO"}, {16, "IPV6_UNICAST_HOPS"}, {17, "IPV6_MULTICAST_IF"},
      {18, "IPV6_MULTICAST_HOPS"}, {19, "IPV6_MULTICAST_LOOP"}, {20, "IPV6_JOIN_GROUP"},
      {21, "IPV6_LEAVE_GROUP"}, {22, "IPV6_ROUTER_ALERT"}, {23, "IPV6_MTU_DISCOVER"},
      {24, "IPV6_MTU"}, {25, "IPV6_RECVERR"}, {26, "IPV6_V6ONLY"}, {27, "IPV6_JOIN_ANYCAST"},
      {28, "IPV6_LEAVE_ANYCAST"}, {29, "IPV6_MULTICAST_ALL"}, {30, "IPV6_ROUTER_ALERT_ISOLATE"},
      {31, "IPV6_RECVERR_RFC4884"}, {32, "IPV6_FLOWLABEL_MGR"}, {33, "IPV6_FLOWINFO_SEND"},
      {34, "IPV6_IPSEC_POLICY"}, {35, "IPV6_XFRM_POLICY"}, {36, "IPV6_HDRINCL"},
      {49, "IPV6_RECVPKTINFO"}, {50, "IPV6_PKTINFO"}, {51, "IPV6_RECVHOPLIMIT"},
      {52, "IPV6_HOPLIMIT"}, {53, "IPV6_RECVHOPOPTS"}, {54, "IPV6_HOPOPTS"},
      {55, "IPV6_RTHDRDSTOPTS"}, {56, "IPV6_RECVRTHDR"}, {57, "IPV6_RTHDR"},
      {58, "IPV6_RECVDSTOPTS"}, {59, "IPV6_DSTOPTS"}, {60, "IPV6_RECVPATHMTU"},
      {61, "IPV6_PATHMTU"}, {62, "IPV6_DONTFRAG"}, {66, "IPV6_RECVTCLASS"}, {67, "IPV6_TCLASS"},
      {70, "IPV6_AUTOFLOWLABEL"}, {72, "IPV6_ADDR_PREFERENCES"}, {73, "IPV6_MINHOPCOUNT"},
      {74, "IPV6_ORIGDSTADDR"}, {75, "IPV6_TRANSPARENT"}, {76, "IPV6_UNICAST_IF"},
      {77, "IPV6_RECVFRAGSIZE"}, {78, "IPV6_FREEBIND"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_sockopt_optname_udp_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "UDP_CORK"}, {100, "UDP_ENCAP"}, {101, "UDP_NO_CHECK6_TX"}, {102, "UDP_NO_CHECK6_RX"},
      {103, "UDP_SEGMENT"}, {104, "UDP_GRO"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_sockopt_optname_raw_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "ICMP_FILTER"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_sockopt_optname_packet_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "PACKET_ADD_MEMBERSHIP"}, {2, "PACKET_DROP_MEMBERSHIP"}, {3, "PACKET_RECV_OUTPUT"},
      {5, "PACKET_RX_RING"}, {6, "PACKET_STATISTICS"}, {7, "PACKET_COPY_THRESH"},
      {8, "PACKET_AUXDATA"}, {9, "PACKET_ORIGDEV"}, {10, "PACKET_VERSION"}, {11, "PACKET_HDRLEN"},
      {12, "PACKET_RESERVE"}, {13, "PACKET_TX_RING"}, {14, "PACKET_LOSS"}, {15, "PACKET_VNET_HDR"},
      {16, "PACKET_TX_TIMESTAMP"}, {17, "PACKET_TIMESTAMP"}, {18, "PACKET_FANOUT"},
      {19, "PACKET_TX_HAS_OFF"}, {20, "PACKET_QDISC_BYPASS"}, {21, "PACKET_ROLLOVER_STATS"},
      {22, "PACKET_FANOUT_DATA"}, {23, "PACKET_IGNORE_OUTGOING"}, {24, "PACKET_VNET_HDR_SZ"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_sockopt_optname_netlink_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "NETLINK_ADD_MEMBERSHIP"}, {2, "NETLINK_DROP_MEMBERSHIP"}, {3, "NETLINK_PKTINFO"},
      {4, "NETLINK_BROADCAST_ERROR"}, {5, "NETLINK_NO_ENOBUFS"}, {6, "NETLINK_RX_RING"},
      {7, "NETLINK_TX_RING"}, {8, "NETLINK_LISTEN_ALL_NSID"}, {9, "NETLINK_LIST_MEMBERSHIPS"},
      {10, "NETLINK_CAP_ACK"}, {11, "NETLINK_EXT_ACK"}, {12, "NETLINK_GET_STRICT_CHK"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_mprotect_prot_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_prot) {
  static const ct_name names[] = {
      {0x1, "PROT_READ"}, {0x2, "PROT_WRITE"}, {0x4, "PROT_EXEC"}, {0x8, "PROT_SEM"},
      {0x1000000, "PROT_GROWSDOWN"}, {0x2000000, "PROT_GROWSUP"},
  };
  CT_LONG_FLAG_NAMES(STAP_ARG_prot, "PROT_NONE", 0);
}
void text_mmap_flags(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x3, "MAP_SHARED_VALIDATE"}, {0x1, "MAP_SHARED"}, {0x2, "MAP_PRIVATE"}, {0x10, "MAP_FIXED"},
      {0x20, "MAP_ANONYMOUS"}, {0x100, "MAP_GROWSDOWN"}, {0x800, "MAP_DENYWRITE"},
      {0x1000, "MAP_EXECUTABLE"}, {0x2000, "MAP_LOCKED"}, {0x4000, "MAP_NORESERVE"},
      {0x8000, "MAP_POPULATE"}, {0x10000, "MAP_NONBLOCK"}, {0x20000, "MAP_STACK"},
      {0x40000, "MAP_HUGETLB"}, {0x40, "MAP_32BIT"}, {0x80000, "MAP_SYNC"},
      {0x100000, "MAP_FIXED_NOREPLACE"},
  };
  CT_LONG_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mremap_flags(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MREMAP_MAYMOVE"}, {0x2, "MREMAP_FIXED"}, {0x4, "MREMAP_DONTUNMAP"},
  };
  CT_LONG_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_madvice_advice_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_advice) {
  static const ct_name names[] = {
      {0, "MADV_NORMAL"}, {1, "MADV_RANDOM"}, {2, "MADV_SEQUENTIAL"}, {3, "MADV_WILLNEED"},
      {4, "MADV_DONTNEED"}, {8, "MADV_FREE"}, {9, "MADV_REMOVE"}, {10, "MADV_DONTFORK"},
      {11, "MADV_DOFORK"}, {12, "MADV_MERGEABLE"}, {13, "MADV_UNMERGEABLE"},
      {14, "MADV_HUGEPAGE"}, {15, "MADV_NOHUGEPAGE"}, {16, "MADV_DONTDUMP"}, {17, "MADV_DODUMP"},
      {18, "MADV_WIPEONFORK"}, {19, "MADV_KEEPONFORK"}, {20, "MADV_COLD"}, {21, "MADV_PAGEOUT"},
      {22, "MADV_POPULATE_READ"}, {23, "MADV_POPULATE_WRITE"}, {24, "MADV_DONTNEED_LOCKED"},
      {25, "MADV_COLLAPSE"}, {100, "MADV_HWPOISON"}, {101, "MADV_SOFT_OFFLINE"},
      {102, "MADV_GUARD_INSTALL"}, {103, "MADV_GUARD_REMOVE"},
  };
  CT_NUMBER_NAME(STAP_ARG_advice);
}
void text_msync_flag_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MS_ASYNC"}, {0x2, "MS_INVALIDATE"}, {0x4, "MS_SYNC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mlockall_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MCL_CURRENT"}, {0x2, "MCL_FUTURE"}, {0x4, "MCL_ONFAULT"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mfd_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MFD_CLOEXEC"}, {0x2, "MFD_ALLOW_SEALING"}, {0x4, "MFD_HUGETLB"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mempolicy_mode_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_mode) {
  static const ct_name names[] = {
      {0, "MPOL_DEFAULT"}, {1, "MPOL_PREFERRED"}, {2, "MPOL_BIND"}, {3, "MPOL_INTERLEAVE"},
      {4, "MPOL_LOCAL"}, {5, "MPOL_PREFERRED_MANY"}, {6, "MPOL_WEIGHTED_INTERLEAVE"},
  };
  const s64 flags = STAP_ARG_mode & 0xe000;
  const size_t used = snprintf(STAP_RETVALUE, STAP_RETLEN, "%s%s%s", flags & 0x8000 ? "MPOL_F_STATIC_NODES|" : "",
                               flags & 0x4000 ? "MPOL_F_RELATIVE_NODES|" : "", flags & 0x2000 ? "MPOL_F_NUMA_BALANCING|" : "");
  if (used < STAP_RETLEN)
    ct_put_number(STAP_RETVALUE + used, STAP_RETLEN - used, STAP_ARG_mode & ~flags, names, sizeof(names) / sizeof(*names), "0x%llx");
}
void text__fork_flags(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x80, "CLONE_NEWTIME"}, {0x100, "CLONE_VM"}, {0x200, "CLONE_FS"}, {0x400, "CLONE_FILES"},
      {0x800, "CLONE_SIGHAND"}, {0x1000, "CLONE_PIDFD"}, {0x2000, "CLONE_PTRACE"},
      {0x4000, "CLONE_VFORK"}, {0x8000, "CLONE_PARENT"}, {0x10000, "CLONE_THREAD"},
      {0x20000, "CLONE_NEWNS"}, {0x40000, "CLONE_SYSVSEM"}, {0x80000, "CLONE_SETTLS"},
      {0x100000, "CLONE_PARENT_SETTID"}, {0x200000, "CLONE_CHILD_CLEARTID"},
      {0x400000, "CLONE_DETACHED"}, {0x800000, "CLONE_UNTRACED"},
      {0x1000000, "CLONE_CHILD_SETTID"}, {0x2000000, "CLONE_NEWCGROUP"},
      {0x4000000, "CLONE_NEWUTS"}, {0x8000000, "CLONE_NEWIPC"}, {0x10000000, "CLONE_NEWUSER"},
      {0x20000000, "CLONE_NEWPID"}, {0x40000000, "CLONE_NEWNET"}, {0x80000000, "CLONE_IO"},
  };
  const s64 signal = STAP_ARG_flags & 0x7f; /* sent to the parent at the end; CLONE_NEWTIME is 0x80 */
  const char *name = signal ? sigabbrev_np((int)signal) : nullptr;
  const s64 bits = name ? STAP_ARG_flags & ~0x7fll : STAP_ARG_flags;
  STAP_RETVALUE[0] = 0;
  if (bits || !name) CT_LONG_FLAG_NAMES(bits, "0x0", 0);
  if (name) CT_APPEND("%sSIG%s", bits ? "|" : "", name);
}
void text_unshare_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x80, "CLONE_NEWTIME"}, {0x100, "CLONE_VM"}, {0x200, "CLONE_FS"}, {0x400, "CLONE_FILES"},
      {0x800, "CLONE_SIGHAND"}, {0x10000, "CLONE_THREAD"}, {0x20000, "CLONE_NEWNS"},
      {0x40000, "CLONE_SYSVSEM"}, {0x2000000, "CLONE_NEWCGROUP"}, {0x4000000, "CLONE_NEWUTS"},
      {0x8000000, "CLONE_NEWIPC"}, {0x10000000, "CLONE_NEWUSER"}, {0x20000000, "CLONE_NEWPID"},
      {0x40000000, "CLONE_NEWNET"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_wait4_opt_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_options) {
  static const ct_name names[] = {
      {0x1, "WNOHANG"}, {0x4, "WEXITED"}, {0x2, "WSTOPPED"}, {0x8, "WCONTINUED"},
      {0x1000000, "WNOWAIT"}, {0x20000000, "__WNOTHREAD"}, {0x40000000, "__WALL"},
      {0x80000000, "__WCLONE"},
  };
  CT_FLAG_NAMES(STAP_ARG_options, "0x0", 0);
}
void text_waitid_which_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_which) {
  static const ct_name names[] = {
      {0, "P_ALL"}, {1, "P_PID"}, {2, "P_PGID"}, {3, "P_PIDFD"},
  };
  CT_NUMBER_NAME(STAP_ARG_which);
}
void text_ptrace_request_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_request) {
  static const ct_name names[] = {
      {0, "PTRACE_TRACEME"}, {1, "PTRACE_PEEKTEXT"}, {2, "PTRACE_PEEKDATA"},
      {3, "PTRACE_PEEKUSER"}, {4, "PTRACE_POKETEXT"}, {5, "PTRACE_POKEDATA"},
      {6, "PTRACE_POKEUSER"}, {7, "PTRACE_CONT"}, {8, "PTRACE_KILL"}, {9, "PTRACE_SINGLESTEP"},
      {12, "PTRACE_GETREGS"}, {13, "PTRACE_SETREGS"}, {14, "PTRACE_GETFPREGS"},
      {15, "PTRACE_SETFPREGS"}, {16, "PTRACE_ATTACH"}, {17, "PTRACE_DETACH"},
      {24, "PTRACE_SYSCALL"}, {16896, "PTRACE_SETOPTIONS"}, {16897, "PTRACE_GETEVENTMSG"},
      {16898, "PTRACE_GETSIGINFO"}, {16899, "PTRACE_SETSIGINFO"}, {16900, "PTRACE_GETREGSET"},
      {16901, "PTRACE_SETREGSET"}, {16902, "PTRACE_SEIZE"}, {16903, "PTRACE_INTERRUPT"},
      {16904, "PTRACE_LISTEN"}, {16905, "PTRACE_PEEKSIGINFO"}, {16906, "PTRACE_GETSIGMASK"},
      {16907, "PTRACE_SETSIGMASK"}, {16908, "PTRACE_SECCOMP_GET_FILTER"},
      {16910, "PTRACE_GET_SYSCALL_INFO"}, {30, "PTRACE_ARCH_PRCTL"}, {31, "PTRACE_SYSEMU"},
      {32, "PTRACE_SYSEMU_SINGLESTEP"}, {33, "PTRACE_SINGLEBLOCK"},
  };
  CT_NUMBER_NAME(STAP_ARG_request);
}
void text_prctl_option_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_option) {
  static const ct_name names[] = {
      {1, "PR_SET_PDEATHSIG"}, {2, "PR_GET_PDEATHSIG"}, {3, "PR_GET_DUMPABLE"},
      {4, "PR_SET_DUMPABLE"}, {7, "PR_GET_KEEPCAPS"}, {8, "PR_SET_KEEPCAPS"},
      {13, "PR_GET_TIMING"}, {14, "PR_SET_TIMING"}, {15, "PR_SET_NAME"}, {16, "PR_GET_NAME"},
      {21, "PR_GET_SECCOMP"}, {22, "PR_SET_SECCOMP"}, {23, "PR_CAPBSET_READ"},
      {24, "PR_CAPBSET_DROP"}, {25, "PR_GET_TSC"}, {26, "PR_SET_TSC"}, {27, "PR_GET_SECUREBITS"},
      {28, "PR_SET_SECUREBITS"}, {29, "PR_SET_TIMERSLACK"}, {30, "PR_GET_TIMERSLACK"},
      {33, "PR_MCE_KILL"}, {34, "PR_MCE_KILL_GET"}, {35, "PR_SET_MM"},
      {36, "PR_SET_CHILD_SUBREAPER"}, {37, "PR_GET_CHILD_SUBREAPER"}, {38, "PR_SET_NO_NEW_PRIVS"},
      {39, "PR_GET_NO_NEW_PRIVS"}, {40, "PR_GET_TID_ADDRESS"}, {41, "PR_SET_THP_DISABLE"},
      {42, "PR_GET_THP_DISABLE"}, {47, "PR_CAP_AMBIENT"}, {52, "PR_GET_SPECULATION_CTRL"},
      {53, "PR_SET_SPECULATION_CTRL"}, {1398164801, "PR_SET_VMA"}, {1499557217, "PR_SET_PTRACER"},
  };
  CT_NUMBER_NAME(STAP_ARG_option);
}
void text_rlimit_resource_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_resource) {
  static const ct_name names[] = {
      {0, "RLIMIT_CPU"}, {1, "RLIMIT_FSIZE"}, {2, "RLIMIT_DATA"}, {3, "RLIMIT_STACK"},
      {4, "RLIMIT_CORE"}, {5, "RLIMIT_RSS"}, {6, "RLIMIT_NPROC"}, {7, "RLIMIT_NOFILE"},
      {8, "RLIMIT_MEMLOCK"}, {9, "RLIMIT_AS"}, {10, "RLIMIT_LOCKS"}, {11, "RLIMIT_SIGPENDING"},
      {12, "RLIMIT_MSGQUEUE"}, {13, "RLIMIT_NICE"}, {14, "RLIMIT_RTPRIO"}, {15, "RLIMIT_RTTIME"},
  };
  CT_NUMBER_NAME(STAP_ARG_resource);
}
void text_rusage_who_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_who) {
  static const ct_name names[] = {
      {0, "RUSAGE_SELF"}, {-1, "RUSAGE_CHILDREN"}, {1, "RUSAGE_THREAD"}, {-2, "RUSAGE_BOTH"},
  };
  CT_NUMBER_NAME(STAP_ARG_who);
}
void text_priority_which_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_which) {
  static const ct_name names[] = {
      {0, "PRIO_PROCESS"}, {1, "PRIO_PGRP"}, {2, "PRIO_USER"},
  };
  CT_NUMBER_NAME(STAP_ARG_which);
}
void text_sched_policy_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_policy) {
  static const ct_name names[] = {
      {0, "SCHED_OTHER"}, {1, "SCHED_FIFO"}, {2, "SCHED_RR"}, {3, "SCHED_BATCH"},
      {5, "SCHED_IDLE"}, {6, "SCHED_DEADLINE"}, {7, "SCHED_EXT"},
  };
  CT_NUMBER_NAME(STAP_ARG_policy);
}
void text_seccomp_op_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_op) {
  static const ct_name names[] = {
      {0, "SECCOMP_SET_MODE_STRICT"}, {1, "SECCOMP_SET_MODE_FILTER"},
      {2, "SECCOMP_GET_ACTION_AVAIL"}, {3, "SECCOMP_GET_NOTIF_SIZES"},
  };
  CT_NUMBER_NAME(STAP_ARG_op);
}
void text_futex_op_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_op) {
  static const ct_name names[] = {
      {0x0, "FUTEX_WAIT"}, {0x1, "FUTEX_WAKE"}, {0x2, "FUTEX_FD"}, {0x3, "FUTEX_REQUEUE"},
      {0x4, "FUTEX_CMP_REQUEUE"}, {0x5, "FUTEX_WAKE_OP"}, {0x6, "FUTEX_LOCK_PI"},
      {0x7, "FUTEX_UNLOCK_PI"}, {0x8, "FUTEX_TRYLOCK_PI"}, {0x9, "FUTEX_WAIT_BITSET"},
      {0xa, "FUTEX_WAKE_BITSET"}, {0xb, "FUTEX_WAIT_REQUEUE_PI"}, {0xc, "FUTEX_CMP_REQUEUE_PI"},
      {0xd, "FUTEX_LOCK_PI2"},
  };
  CT_NUMBER_NAME(STAP_ARG_op & 0x7f);
  CT_APPEND("%s%s", STAP_ARG_op & 0x80 ? "_PRIVATE" : "", STAP_ARG_op & 0x100 ? "|FUTEX_CLOCK_REALTIME" : "");
}
void text_get_wc_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_clock) {
  static const ct_name names[] = {
      {0, "CLOCK_REALTIME"}, {1, "CLOCK_MONOTONIC"}, {2, "CLOCK_PROCESS_CPUTIME_ID"},
      {3, "CLOCK_THREAD_CPUTIME_ID"}, {4, "CLOCK_MONOTONIC_RAW"}, {5, "CLOCK_REALTIME_COARSE"},
      {6, "CLOCK_MONOTONIC_COARSE"}, {7, "CLOCK_BOOTTIME"}, {8, "CLOCK_REALTIME_ALARM"},
      {9, "CLOCK_BOOTTIME_ALARM"}, {10, "CLOCK_SGI_CYCLE"}, {11, "CLOCK_TAI"},
  };
  CT_NUMBER_NAME(STAP_ARG_clock);
}
void text_timer_abstime_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "TIMER_ABSTIME"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_itimer_which_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_which) {
  static const ct_name names[] = {
      {0, "ITIMER_REAL"}, {1, "ITIMER_VIRTUAL"}, {2, "ITIMER_PROF"},
  };
  CT_NUMBER_NAME(STAP_ARG_which);
}
void text_sigprocmask_how_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_how) {
  static const ct_name names[] = {
      {0, "SIG_BLOCK"}, {1, "SIG_UNBLOCK"}, {2, "SIG_SETMASK"},
  };
  CT_NUMBER_NAME(STAP_ARG_how);
}
void text_getrandom_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "GRND_NONBLOCK"}, {0x2, "GRND_RANDOM"}, {0x4, "GRND_INSECURE"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_bpf_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0, "BPF_MAP_CREATE"}, {1, "BPF_MAP_LOOKUP_ELEM"}, {2, "BPF_MAP_UPDATE_ELEM"},
      {3, "BPF_MAP_DELETE_ELEM"}, {4, "BPF_MAP_GET_NEXT_KEY"}, {5, "BPF_PROG_LOAD"},
      {6, "BPF_OBJ_PIN"}, {7, "BPF_OBJ_GET"}, {8, "BPF_PROG_ATTACH"}, {9, "BPF_PROG_DETACH"},
      {10, "BPF_PROG_TEST_RUN"}, {11, "BPF_PROG_GET_NEXT_ID"}, {12, "BPF_MAP_GET_NEXT_ID"},
      {13, "BPF_PROG_GET_FD_BY_ID"}, {14, "BPF_MAP_GET_FD_BY_ID"}, {15, "BPF_OBJ_GET_INFO_BY_FD"},
      {16, "BPF_PROG_QUERY"}, {17, "BPF_RAW_TRACEPOINT_OPEN"}, {18, "BPF_BTF_LOAD"},
      {19, "BPF_BTF_GET_FD_BY_ID"}, {20, "BPF_TASK_FD_QUERY"},
      {21, "BPF_MAP_LOOKUP_AND_DELETE_ELEM"}, {22, "BPF_MAP_FREEZE"}, {23, "BPF_BTF_GET_NEXT_ID"},
      {24, "BPF_MAP_LOOKUP_BATCH"}, {25, "BPF_MAP_LOOKUP_AND_DELETE_BATCH"},
      {26, "BPF_MAP_UPDATE_BATCH"}, {27, "BPF_MAP_DELETE_BATCH"}, {28, "BPF_LINK_CREATE"},
      {29, "BPF_LINK_UPDATE"}, {30, "BPF_LINK_GET_FD_BY_ID"}, {31, "BPF_LINK_GET_NEXT_ID"},
      {32, "BPF_ENABLE_STATS"}, {33, "BPF_ITER_CREATE"}, {34, "BPF_LINK_DETACH"},
      {35, "BPF_PROG_BIND_MAP"}, {36, "BPF_TOKEN_CREATE"}, {37, "BPF_PROG_STREAM_READ_BY_FD"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_mlock2_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MLOCK_ONFAULT"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_memfd_secret_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x80000, "O_CLOEXEC"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_mpol_mf_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MPOL_MF_STRICT"}, {0x2, "MPOL_MF_MOVE"}, {0x4, "MPOL_MF_MOVE_ALL"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_get_mempolicy_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MPOL_F_NODE"}, {0x2, "MPOL_F_ADDR"}, {0x4, "MPOL_F_MEMS_ALLOWED"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_pkey_rights_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "PKEY_DISABLE_ACCESS"}, {0x2, "PKEY_DISABLE_WRITE"}, {0x4, "PKEY_DISABLE_EXECUTE"},
  };
  CT_LONG_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_membarrier_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0, "MEMBARRIER_CMD_QUERY"}, {1, "MEMBARRIER_CMD_GLOBAL"},
      {2, "MEMBARRIER_CMD_GLOBAL_EXPEDITED"}, {4, "MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED"},
      {8, "MEMBARRIER_CMD_PRIVATE_EXPEDITED"}, {16, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED"},
      {32, "MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE"},
      {64, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE"},
      {128, "MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ"},
      {256, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ"},
      {512, "MEMBARRIER_CMD_GET_REGISTRATIONS"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_membarrier_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "MEMBARRIER_CMD_FLAG_CPU"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_arch_prctl_code_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_code) {
  static const ct_name names[] = {
      {0x1001, "ARCH_SET_GS"}, {0x1002, "ARCH_SET_FS"}, {0x1003, "ARCH_GET_FS"},
      {0x1004, "ARCH_GET_GS"}, {0x1011, "ARCH_GET_CPUID"}, {0x1012, "ARCH_SET_CPUID"},
      {0x1021, "ARCH_GET_XCOMP_SUPP"}, {0x1022, "ARCH_GET_XCOMP_PERM"},
      {0x1023, "ARCH_REQ_XCOMP_PERM"}, {0x1024, "ARCH_GET_XCOMP_GUEST_PERM"},
      {0x1025, "ARCH_REQ_XCOMP_GUEST_PERM"}, {0x2001, "ARCH_MAP_VDSO_X32"},
      {0x2002, "ARCH_MAP_VDSO_32"}, {0x2003, "ARCH_MAP_VDSO_64"}, {0x5001, "ARCH_SHSTK_ENABLE"},
      {0x5002, "ARCH_SHSTK_DISABLE"}, {0x5003, "ARCH_SHSTK_LOCK"}, {0x5004, "ARCH_SHSTK_UNLOCK"},
      {0x5005, "ARCH_SHSTK_STATUS"},
  };
  CT_DECIMAL_NAME(STAP_ARG_code);
}
void text_ioprio_which_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_which) {
  static const ct_name names[] = {
      {1, "IOPRIO_WHO_PROCESS"}, {2, "IOPRIO_WHO_PGRP"}, {3, "IOPRIO_WHO_USER"},
  };
  CT_DECIMAL_NAME(STAP_ARG_which);
}
void text_kcmp_type_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_type) {
  static const ct_name names[] = {
      {0, "KCMP_FILE"}, {1, "KCMP_VM"}, {2, "KCMP_FILES"}, {3, "KCMP_FS"}, {4, "KCMP_SIGHAND"},
      {5, "KCMP_IO"}, {6, "KCMP_SYSVSEM"}, {7, "KCMP_EPOLL_TFD"},
  };
  CT_NUMBER_NAME(STAP_ARG_type);
}
void text_pidfd_open_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x80, "PIDFD_THREAD"}, {0x800, "PIDFD_NONBLOCK"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_landlock_create_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "LANDLOCK_CREATE_RULESET_VERSION"}, {0x2, "LANDLOCK_CREATE_RULESET_ERRATA"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_landlock_rule_type_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_type) {
  static const ct_name names[] = {
      {1, "LANDLOCK_RULE_PATH_BENEATH"}, {2, "LANDLOCK_RULE_NET_PORT"},
  };
  CT_NUMBER_NAME(STAP_ARG_type);
}
void text_perf_event_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "PERF_FLAG_FD_NO_GROUP"}, {0x2, "PERF_FLAG_FD_OUTPUT"}, {0x4, "PERF_FLAG_PID_CGROUP"},
      {0x8, "PERF_FLAG_FD_CLOEXEC"},
  };
  CT_LONG_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_reboot_magic_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_magic) {
  static const ct_name names[] = {
      {0xfee1dead, "LINUX_REBOOT_MAGIC1"}, {672274793, "LINUX_REBOOT_MAGIC2"},
      {85072278, "LINUX_REBOOT_MAGIC2A"}, {369367448, "LINUX_REBOOT_MAGIC2B"},
      {537993216, "LINUX_REBOOT_MAGIC2C"},
  };
  CT_NUMBER_NAME(STAP_ARG_magic);
}
void text_reboot_cmd_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmd) {
  static const ct_name names[] = {
      {0x01234567, "LINUX_REBOOT_CMD_RESTART"}, {0xcdef0123, "LINUX_REBOOT_CMD_HALT"},
      {0x89abcdef, "LINUX_REBOOT_CMD_CAD_ON"}, {0, "LINUX_REBOOT_CMD_CAD_OFF"},
      {0x4321fedc, "LINUX_REBOOT_CMD_POWER_OFF"}, {0xa1b2c3d4, "LINUX_REBOOT_CMD_RESTART2"},
      {0xd000fce2, "LINUX_REBOOT_CMD_SW_SUSPEND"}, {0x45584543, "LINUX_REBOOT_CMD_KEXEC"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmd);
}
void text_ioprio_class_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_class) {
  static const ct_name names[] = {
      {0, "IOPRIO_CLASS_NONE"}, {1, "IOPRIO_CLASS_RT"}, {2, "IOPRIO_CLASS_BE"},
      {3, "IOPRIO_CLASS_IDLE"},
  };
  CT_NUMBER_NAME(STAP_ARG_class);
}
void text_seccomp_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "SECCOMP_FILTER_FLAG_TSYNC"}, {0x2, "SECCOMP_FILTER_FLAG_LOG"},
      {0x4, "SECCOMP_FILTER_FLAG_SPEC_ALLOW"}, {0x8, "SECCOMP_FILTER_FLAG_NEW_LISTENER"},
      {0x10, "SECCOMP_FILTER_FLAG_TSYNC_ESRCH"}, {0x20, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_sa_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {0x1, "SA_NOCLDSTOP"}, {0x2, "SA_NOCLDWAIT"}, {0x80000000, "SA_RESETHAND"},
      {0x8000000, "SA_ONSTACK"}, {0x10000000, "SA_RESTART"}, {0x40000000, "SA_NODEFER"},
      {0x4, "SA_SIGINFO"}, {0x4000000, "SA_RESTORER"}, {0x400, "SA_UNSUPPORTED"},
      {0x800, "SA_EXPOSE_TAGBITS"},
  };
  CT_FLAG_NAMES(STAP_ARG_flags, "0x0", 0);
}
void text_futex_wake_what_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_op) {
  static const ct_name names[] = {
      {0, "FUTEX_OP_SET"}, {1, "FUTEX_OP_ADD"}, {2, "FUTEX_OP_OR"}, {3, "FUTEX_OP_ANDN"},
      {4, "FUTEX_OP_XOR"},
  };
  CT_NUMBER_NAME(STAP_ARG_op);
}
void text_futex_wake_if_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_cmp) {
  static const ct_name names[] = {
      {0, "FUTEX_OP_CMP_EQ"}, {1, "FUTEX_OP_CMP_NE"}, {2, "FUTEX_OP_CMP_LT"},
      {3, "FUTEX_OP_CMP_LE"}, {4, "FUTEX_OP_CMP_GT"}, {5, "FUTEX_OP_CMP_GE"},
  };
  CT_NUMBER_NAME(STAP_ARG_cmp);
}
void text_sigaltstack_flags_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_flags) {
  static const ct_name names[] = {
      {1, "SS_ONSTACK"}, {2, "SS_DISABLE"},
  };
  CT_NUMBER_NAME(STAP_ARG_flags);
}
void text_adjtimex_modes_str(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_modes) {
  static const ct_name names[] = {
      {0x1, "ADJ_OFFSET"}, {0x2, "ADJ_FREQUENCY"}, {0x4, "ADJ_MAXERROR"}, {0x8, "ADJ_ESTERROR"},
      {0x10, "ADJ_STATUS"}, {0x20, "ADJ_TIMECONST"}, {0x80, "ADJ_TAI"}, {0x100, "ADJ_SETOFFSET"},
      {0x1000, "ADJ_MICRO"}, {0x2000, "ADJ_NANO"}, {0x4000, "ADJ_TICK"},
  };
  CT_FLAG_NAMES(STAP_ARG_modes, "0x0", 0);
}

struct Row {
  std::string_view name;
  CallTextFunction function;
};
constexpr Row kRows[] = {
    {"_sys_open_flag_str", text_sys_open_flag_str},
    {"_at_flag_str", text_at_flag_str},
    {"_access_mode_str", text_access_mode_str},
    {"_statx_mask_str", text_statx_mask_str},
    {"_renameat2_flags_str", text_renameat2_flags_str},
    {"_xattr_flags_str", text_xattr_flags_str},
    {"_mountflags_str", text_mountflags_str},
    {"_umountflags_str", text_umountflags_str},
    {"_inotify_init_flags_str", text_inotify_init_flags_str},
    {"_inotify_watch_mask_str", text_inotify_watch_mask_str},
    {"_mknod_mode_str", text_mknod_mode_str},
    {"_seek_whence_str", text_seek_whence_str},
    {"_splice_flags_str", text_splice_flags_str},
    {"_preadv2_flags_str", text_preadv2_flags_str},
    {"_fadvice_advice_str", text_fadvice_advice_str},
    {"_fallocate_mode_str", text_fallocate_mode_str},
    {"_sync_file_range_flags_str", text_sync_file_range_flags_str},
    {"_fcntl_cmd_str", text_fcntl_cmd_str},
    {"_flock_cmd_str", text_flock_cmd_str},
    {"_epoll_op_str", text_epoll_op_str},
    {"_statx_flags_str", text_statx_flags_str},
    {"_faccessat_flags_str", text_faccessat_flags_str},
    {"_name_to_handle_flags_str", text_name_to_handle_flags_str},
    {"_execveat_flags_str", text_execveat_flags_str},
    {"_open_tree_flags_str", text_open_tree_flags_str},
    {"_move_mount_flags_str", text_move_mount_flags_str},
    {"_fsopen_flags_str", text_fsopen_flags_str},
    {"_fsconfig_cmd_str", text_fsconfig_cmd_str},
    {"_fsmount_flags_str", text_fsmount_flags_str},
    {"_mount_attr_str", text_mount_attr_str},
    {"_fspick_flags_str", text_fspick_flags_str},
    {"_mount_setattr_flags_str", text_mount_setattr_flags_str},
    {"_quotactl_subcmd_str", text_quotactl_subcmd_str},
    {"_fanotify_init_flags_str", text_fanotify_init_flags_str},
    {"_fanotify_mark_flags_str", text_fanotify_mark_flags_str},
    {"_fanotify_mask_str", text_fanotify_mask_str},
    {"_close_range_flags_str", text_close_range_flags_str},
    {"_dup3_flags_str", text_dup3_flags_str},
    {"_pipe2_flags_str", text_pipe2_flags_str},
    {"_epoll_create_flags_str", text_epoll_create_flags_str},
    {"_eventfd_flags_str", text_eventfd_flags_str},
    {"_signalfd_flags_str", text_signalfd_flags_str},
    {"_userfaultfd_flags_str", text_userfaultfd_flags_str},
    {"_timerfd_create_flags_str", text_timerfd_create_flags_str},
    {"_timerfd_settime_flags_str", text_timerfd_settime_flags_str},
    {"_io_uring_enter_flags_str", text_io_uring_enter_flags_str},
    {"_io_uring_register_op_str", text_io_uring_register_op_str},
    {"_swapon_flags_str", text_swapon_flags_str},
    {"_delete_module_flags_str", text_delete_module_flags_str},
    {"_quota_type_str", text_quota_type_str},
    {"_finit_module_flags_str", text_finit_module_flags_str},
    {"_kexec_flags_str", text_kexec_flags_str},
    {"_kexec_file_load_flags_str", text_kexec_file_load_flags_str},
    {"_sock_family_str", text_sock_family_str},
    {"_sock_type_str", text_sock_type_str},
    {"_sock_flags_str", text_sock_flags_str},
    {"_sock_protocol_inet_str", text_sock_protocol_inet_str},
    {"_sock_protocol_netlink_str", text_sock_protocol_netlink_str},
    {"_msg_flags_str", text_msg_flags_str},
    {"_shutdown_how_str", text_shutdown_how_str},
    {"_sockopt_level_str", text_sockopt_level_str},
    {"_sockopt_optname_socket_str", text_sockopt_optname_socket_str},
    {"_sockopt_optname_tcp_str", text_sockopt_optname_tcp_str},
    {"_semctl_cmd", text_semctl_cmd},
    {"_shmat_flags_str", text_shmat_flags_str},
    {"_ipc_flags_bits_str", text_ipc_flags_bits_str},
    {"_shmctl_cmd_str", text_shmctl_cmd_str},
    {"_msgctl_cmd_str", text_msgctl_cmd_str},
    {"_msgrcv_flags_str", text_msgrcv_flags_str},
    {"_shmget_flags_bits_str", text_shmget_flags_bits_str},
    {"_keyring_str", text_keyring_str},
    {"_keyctl_option_str", text_keyctl_option_str},
    {"_sockopt_optname_ip_str", text_sockopt_optname_ip_str},
    {"_sockopt_optname_ipv6_str", text_sockopt_optname_ipv6_str},
    {"_sockopt_optname_udp_str", text_sockopt_optname_udp_str},
    {"_sockopt_optname_raw_str", text_sockopt_optname_raw_str},
    {"_sockopt_optname_packet_str", text_sockopt_optname_packet_str},
    {"_sockopt_optname_netlink_str", text_sockopt_optname_netlink_str},
    {"_mprotect_prot_str", text_mprotect_prot_str},
    {"_mmap_flags", text_mmap_flags},
    {"_mremap_flags", text_mremap_flags},
    {"_madvice_advice_str", text_madvice_advice_str},
    {"_msync_flag_str", text_msync_flag_str},
    {"_mlockall_flags_str", text_mlockall_flags_str},
    {"_mfd_flags_str", text_mfd_flags_str},
    {"_mempolicy_mode_str", text_mempolicy_mode_str},
    {"__fork_flags", text__fork_flags},
    {"_unshare_flags_str", text_unshare_flags_str},
    {"_wait4_opt_str", text_wait4_opt_str},
    {"_waitid_which_str", text_waitid_which_str},
    {"_ptrace_request_str", text_ptrace_request_str},
    {"_prctl_option_str", text_prctl_option_str},
    {"_rlimit_resource_str", text_rlimit_resource_str},
    {"_rusage_who_str", text_rusage_who_str},
    {"_priority_which_str", text_priority_which_str},
    {"_sched_policy_str", text_sched_policy_str},
    {"_seccomp_op_str", text_seccomp_op_str},
    {"_futex_op_str", text_futex_op_str},
    {"_get_wc_str", text_get_wc_str},
    {"_timer_abstime_str", text_timer_abstime_str},
    {"_itimer_which_str", text_itimer_which_str},
    {"_sigprocmask_how_str", text_sigprocmask_how_str},
    {"_getrandom_flags_str", text_getrandom_flags_str},
    {"_bpf_cmd_str", text_bpf_cmd_str},
    {"_mlock2_flags_str", text_mlock2_flags_str},
    {"_memfd_secret_flags_str", text_memfd_secret_flags_str},
    {"_mpol_mf_flags_str", text_mpol_mf_flags_str},
    {"_get_mempolicy_flags_str", text_get_mempolicy_flags_str},
    {"_pkey_rights_str", text_pkey_rights_str},
    {"_membarrier_cmd_str", text_membarrier_cmd_str},
    {"_membarrier_flags_str", text_membarrier_flags_str},
    {"_arch_prctl_code_str", text_arch_prctl_code_str},
    {"_ioprio_which_str", text_ioprio_which_str},
    {"_kcmp_type_str", text_kcmp_type_str},
    {"_pidfd_open_flags_str", text_pidfd_open_flags_str},
    {"_landlock_create_flags_str", text_landlock_create_flags_str},
    {"_landlock_rule_type_str", text_landlock_rule_type_str},
    {"_perf_event_flags_str", text_perf_event_flags_str},
    {"_reboot_magic_str", text_reboot_magic_str},
    {"_reboot_cmd_str", text_reboot_cmd_str},
    {"_ioprio_class_str", text_ioprio_class_str},
    {"_seccomp_flags_str", text_seccomp_flags_str},
    {"_sa_flags_str", text_sa_flags_str},
    {"_futex_wake_what_str", text_futex_wake_what_str},
    {"_futex_wake_if_str", text_futex_wake_if_str},
    {"_sigaltstack_flags_str", text_sigaltstack_flags_str},
    {"_adjtimex_modes_str", text_adjtimex_modes_str},
};

}  // namespace

CallTextFunction call_text_function(std::string_view name) {
  for (const Row& row : kRows)
    if (row.name == name) return row.function;
  return nullptr;
}

const char* signal_name(s64 number) {
  return number > 0 && number < 32 ? ct_signal_names[number] : nullptr;
}

}  // namespace ct
