"""Why the operating system refused something, in Chinese and English: its own texts are in one language only."""

from __future__ import annotations

import errno
from collections.abc import Mapping

_REASONS: Mapping[int, tuple[str, str]] = {
    errno.EACCES: ("权限不足", "Permission denied"),
    errno.EADDRINUSE: ("地址已被占用", "Address already in use"),
    errno.EADDRNOTAVAIL: ("本机没有这个地址", "Cannot assign requested address"),
    errno.EBUSY: ("设备或资源正忙", "Device or resource busy"),
    errno.ECONNREFUSED: ("连接被拒绝", "Connection refused"),
    errno.ECONNRESET: ("连接被对方中断", "Connection reset by peer"),
    errno.EEXIST: ("文件已存在", "File exists"),
    errno.EHOSTUNREACH: ("主机不可达", "No route to host"),
    errno.EINVAL: ("参数无效", "Invalid argument"),
    errno.EIO: ("输入或输出错误", "Input/output error"),
    errno.EISDIR: ("这是文件夹", "Is a directory"),
    errno.ELOOP: ("符号链接层数过多", "Too many levels of symbolic links"),
    errno.EMFILE: ("打开的文件过多", "Too many open files"),
    errno.ENAMETOOLONG: ("文件名过长", "File name too long"),
    errno.ENETUNREACH: ("网络不可达", "Network is unreachable"),
    errno.ENOENT: ("没有这个文件或文件夹", "No such file or directory"),
    errno.ENOMEM: ("内存不足", "Cannot allocate memory"),
    errno.ENOSPC: ("磁盘空间不足", "No space left on device"),
    errno.ENOTDIR: ("不是文件夹", "Not a directory"),
    errno.EPERM: ("不允许此操作", "Operation not permitted"),
    errno.EPIPE: ("对方已关闭连接", "Broken pipe"),
    errno.EROFS: ("文件系统只读", "Read-only file system"),
    errno.ETIMEDOUT: ("连接超时", "Connection timed out"),
}
"""POSIX.1-2017, <errno.h>; the English is that of the C library."""


def reason_of(error: OSError) -> Mapping[str, str]:
    """By language. What is not known here stays as the system says it."""
    late = errno.ETIMEDOUT if isinstance(error, TimeoutError) else 0
    own = error.strerror or str(error) or type(error).__name__
    zh, en = _REASONS.get(error.errno or late, (own, own))
    return {"zh": zh, "en": en}
