// Converts a failed system call to an error message with the path that the caller used.
import { MachineError, ofDisk } from '../../core/machine-error.ts';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ELOOP: 'it is a symbolic link, which is not followed',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'it does not exist',
};

/** Errors that are not from system calls are returned unchanged. */
export function toMachineError(error: unknown, path: string): unknown {
  const { code, syscall, message } = (error ?? {}) as { code?: string; syscall?: string; message?: string };
  if (code === undefined || syscall === undefined) return error;
  const named = Object.assign(new Error(message, { cause: error }), { code, syscall, path });
  const ofTheDisk = ofDisk(named);
  if (ofTheDisk !== named) return ofTheDisk;
  return new MachineError('failed', `“${path}”: ${reasons[code] ?? `${syscall} failed (${code})`}.`, {
    cause: error,
  });
}
