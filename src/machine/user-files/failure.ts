// Converts a failed system call on a user's file to an error that the user understands.
import { MachineError } from '../../core/machine-error.ts';
import { systemErrorCode } from '../../core/system-error.ts';

const kinds: Readonly<Record<string, readonly [MachineError['code'], string]>> = {
  ENOENT: ['not_found', 'No such file or directory.'],
  EEXIST: ['exists', 'It already exists.'],
  ENOTEMPTY: ['exists', 'The directory is not empty.'],
  EACCES: ['not_ours', 'The user has no permission.'],
  EPERM: ['not_ours', 'The operation is not permitted.'],
  ENOTDIR: ['invalid', 'A part of the path is not a directory.'],
  EISDIR: ['invalid', 'It is a directory.'],
  ELOOP: ['not_ours', 'It was replaced by a symbolic link meanwhile, so it is not followed.'],
  EINVAL: ['invalid', 'A directory cannot be moved or copied into itself.'],
  ENAMETOOLONG: ['invalid', 'The name is too long.'],
  EXDEV: ['invalid', 'It is on another file system. Copy it instead.'],
  ENOSPC: ['full', 'The disk is full. Nothing was written.'],
  EDQUOT: ['full', 'The disk quota is used up. Nothing was written. Free some space and retry the call.'],
  EROFS: ['full', 'The file system is read-only. Nothing was written.'],
  EFBIG: ['full', 'The file is larger than this system allows. Nothing was written.'],
  EMFILE: ['failed', 'Too many files are open. Retry the call.'],
  ENFILE: ['failed', 'Too many files are open. Retry the call.'],
};

/** Other errors than those of system calls are returned unchanged. */
export function failure(error: unknown, path: string): unknown {
  const { syscall } = (error ?? {}) as { syscall?: string };
  const code = systemErrorCode(error);
  if (code === undefined || syscall === undefined || error instanceof MachineError) return error;
  const [kind, sentence] = kinds[code] ?? ['failed', `${syscall} failed (${code}).`];
  return new MachineError(kind, `“${path}”: ${sentence}`, { cause: error });
}
