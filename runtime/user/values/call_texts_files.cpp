// Made by tapsets/tools/gen_call_texts.py from tapsets/flags_files.stp. Do not edit.
// clang-format off
#include "call_texts.h"

#include "runtime/user/harness/names.h"

namespace ct {
namespace {

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

constexpr CallText kRows[] = {
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
};

}  // namespace

std::span<const CallText> call_texts_of_files() {
  return kRows;
}

}  // namespace ct
