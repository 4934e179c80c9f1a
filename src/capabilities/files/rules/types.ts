// MIME types of files, from the ends of their names. The sources are the registry of IANA and freedesktop.org's shared
// MIME-info database, for the kinds of files that websites have.
import type { UserFile } from '../../../core/machine-user-files.ts';

const types: Readonly<Record<string, string>> = {
  'application/javascript': 'js mjs',
  'application/json': 'json map',
  'application/pdf': 'pdf',
  'application/gzip': 'gz tgz',
  'application/x-tar': 'tar',
  'application/zip': 'zip',
  'application/x-bzip2': 'bz2',
  'application/x-xz': 'xz',
  'application/x-httpd-php': 'php php3 php4 php5 php7 php8 phtml',
  'application/x-perl': 'pl cgi',
  'application/xml': 'xml xsl',
  'application/sql': 'sql',
  'application/wasm': 'wasm',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg oga',
  'font/ttf': 'ttf',
  'font/otf': 'otf',
  'font/woff': 'woff',
  'font/woff2': 'woff2',
  'image/avif': 'avif',
  'image/gif': 'gif',
  'image/jpeg': 'jpg jpeg',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
  'image/x-icon': 'ico',
  'text/css': 'css',
  'text/csv': 'csv',
  'text/html': 'html htm shtml',
  'text/markdown': 'md',
  'text/plain': 'txt text log conf ini htaccess yml yaml env',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
};

const byEnd = new Map(
  Object.entries(types).flatMap(([type, ends]) => ends.split(' ').map((end) => [end, type])),
);

const UNKNOWN = 'application/octet-stream';

/** Directories and special files have the types of freedesktop.org: `inode/directory`. */
export function typeOf({ kind, name }: Pick<UserFile, 'kind' | 'name'>): string {
  if (kind === 'link') return 'inode/symlink';
  if (kind !== 'file') return `inode/${kind.replace('character device', 'chardevice').replace(' ', '')}`;
  return byEnd.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase()) ?? UNKNOWN;
}
