// Where the files of a domain are: a folder below the home of its account.
import { badParam } from '../../../core/errors.ts';
import { HOME_FOLDERS, HOME_LINKS } from '../../../core/home-layout.ts';
import { quote } from '../../../core/quote.ts';

/** The document root of main domains, below the home. */
export const PUBLIC_FOLDER = 'public_html';

/** Folders of the home that have other contents, which a web server must not send. */
const KEPT = new Set([...Object.keys(HOME_FOLDERS), ...Object.keys(HOME_LINKS), 'cgi-bin']);
const MAX_LENGTH = 1000;
const NAME = /^[A-Za-z0-9_+@~=-][A-Za-z0-9._+@~=-]{0,254}$/;

/**
 * @param given below the home (`public_html/shop`), or absolute in it.
 * @param isPublicOnly the tweak setting publichtmlsubsonly: it must be in public_html.
 * @returns the path below the home.
 * @throws ApiError `bad_param`.
 */
export function readDocumentRoot(
  { home }: { readonly home: string },
  { param, given, isPublicOnly }: { param: string; given: string; isPublicOnly: boolean },
): string {
  const absolute = given.startsWith('/');
  if (absolute && given !== home && !given.startsWith(`${home}/`)) {
    throw badParam(`The parameter “${param}” should be in the home “${home}”, not ${quote(given)}.`);
  }
  const names = (absolute ? given.slice(home.length) : given).replace(/^\/|\/$/g, '').split('/');
  const path = names.join('/');
  if (path.length > MAX_LENGTH || !names.every((name) => NAME.test(name))) {
    throw badParam(
      `The parameter “${param}” should be a folder below the home, such as public_html/shop, not ${quote(given)}. ` +
        'Its parts can have letters, digits, “.”, “_”, “-”, “+”, “@”, “~” and “=”, and none begins with a dot.',
    );
  }
  const [first = ''] = names;
  if (isPublicOnly && first !== PUBLIC_FOLDER) {
    throw badParam(
      `The parameter “${param}” should begin with public_html/, not ${quote(given)}: the tweak setting ` +
        'publichtmlsubsonly is on.',
    );
  }
  if (first !== PUBLIC_FOLDER && KEPT.has(first)) {
    throw badParam(`The folder “${first}” of the home has another purpose. Choose another document root.`);
  }
  return path;
}
