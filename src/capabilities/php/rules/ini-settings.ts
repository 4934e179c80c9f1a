// Changes of directives in all files of a PHP version.
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { edit, typeOf, type FoundIni, type IniFile, type IniOverride, type Setting } from './ini.ts';

export interface ChangedIni {
  readonly path: string;
  readonly content: string;
  /** The digest of the version that the new one is based on. Null if there was none. */
  readonly replaces: string | null;
}

/** Returns the files that change. @throws ApiError `bad_param` for a directive that PHP does not know. */
export async function editFiles(found: FoundIni, settings: readonly Setting[]): Promise<ChangedIni[]> {
  const known = new Map((await found.directives()).map((one) => [one.name, one]));
  const changes = settings.map((setting) => {
    const directive = known.get(setting.name);
    if (directive !== undefined) return { ...setting, type: typeOf(directive) };
    throw badParam(
      `PHP ${found.php.release} has no directive ${quote(setting.name)}. php_ini_get_directives lists those that ` +
        'can be set. To load extensions, use php_ini_set_content or Debian’s phpenmod.',
    );
  });
  const edited = await Promise.all(
    found.files.map(async (file) => ({ file, content: await edit(file, changes, found.parse) })),
  );
  return edited
    .filter(({ file, content }) => file.content !== content)
    .map(({ file, content }) => ({ path: file.path, content, replaces: file.digest }));
}

/** The files in conf.d that set one of the directives to another value, and so override the new one in PHP-FPM. */
export async function findOverriding(
  found: FoundIni,
  changed: readonly ChangedIni[],
  settings: readonly Setting[],
): Promise<IniOverride[]> {
  const [ofFpm] = found.files;
  const content = changed.find(({ path }) => path === ofFpm?.path)?.content ?? ofFpm?.content ?? '';
  return overriding(
    content,
    found,
    settings.map(({ name }) => name),
  );
}

/** The same for directives that are in the file already. Default: all of them. */
export async function overriding(
  content: string,
  { parse, overrides }: FoundIni,
  names?: readonly string[],
): Promise<IniOverride[]> {
  const all = await overrides();
  if (all.length === 0) return [];
  const [parsed] = await parse(content);
  const values = parsed !== undefined && 'values' in parsed ? parsed.values : {};
  return all.filter(({ name, value }) => {
    const isAsked = names === undefined ? Object.hasOwn(values, name) : names.includes(name);
    return isAsked && values[name] !== value;
  });
}

/** True if a file sets a directive to anything but an empty value. */
export async function isSet({ parse }: FoundIni, { content }: IniFile, name: string): Promise<boolean> {
  const [parsed] = await parse(content);
  return parsed !== undefined && 'values' in parsed && (parsed.values[name] ?? '') !== '';
}

/** @throws ApiError `bad_param` */
export function readSessionPath(path: string): string {
  const isClean = /^\/(?:var|srv)(?:\/[A-Za-z0-9_][A-Za-z0-9._-]*){1,10}$/.test(path);
  if (isClean) return path;
  throw badParam(
    `The parameter “path” should be the absolute path of a folder below /var or /srv, such as ` +
      `/var/lib/php/sessions, not ${quote(path)}.`,
  );
}
