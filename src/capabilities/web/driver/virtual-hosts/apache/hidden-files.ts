// Files that no website sends, because people copy them into a document root with their website: the folders of version
// control systems, whose configuration often has a token, and files of environment variables.
import { section } from './apache-conf.ts';

/** A path component. The folder of CVS has no dot, so only its own files are meant: “CVS” also means résumés. */
const REPOSITORY = [
  '(?i:[.](?:git|svn|hg|bzr))(?:/|$)',
  '(?i:[.](?:git-credentials|gitconfig|netrc))(?:/|$)',
  'CVS/(?:Base|Baserev|Checkin[.]prog|Entries|Notify|Repository|Root|Tag|Template|Update[.]prog)(?:/|$)',
].join('|');
/** Also copies: `.env.production`, `.env~`, `.env-old`. */
const ENVIRONMENT = '[.]env(?:[^a-zA-Z/][^/]*)?/?$';

/**
 * For the whole server: all virtual hosts inherit it. The first line decides before Apache looks for a file, so no
 * .htaccess is read. The sections are for paths that lead there in another way: they come after every .htaccess.
 */
export function hiddenFiles(sendsEnvFiles: boolean): string[] {
  const names = [REPOSITORY, ...(sendsEnvFiles ? [] : [ENVIRONMENT])].join('|');
  return [
    `RedirectMatch 404 "/(?:${names})"`,
    ...section('DirectoryMatch', `"/(?:${REPOSITORY})"`, ['RedirectMatch 404 "."']),
    ...section('FilesMatch', `"^(?:${names})"`, ['RedirectMatch 404 "."']),
  ];
}
