import { setPhpIni } from '../../capabilities/php/plans/set-php-ini.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { findVersions, readIni } from '../../capabilities/php/driver/look-php.ts';
import { versionParam } from '../../capabilities/php/rules/php-form.ts';
import { getVersion } from '../../capabilities/php/rules/versions.ts';

export default defineFunction({
  name: 'php_ini_set_content',
  since: 52,
  summary: 'Set the whole text of a PHP version’s configuration file.',
  description:
    'The text replaces the file of PHP-FPM, and that of the CGI program if it is installed. The command line keeps its ' +
    'own file. PHP-FPM checks the text first, and is then reloaded. If it rejects the text, nothing changes.',
  access: 'root',
  effect: 'operates',
  role: 'WebServer',
  params: {
    version: { ...versionParam, required: true },
    content: { type: 'string', required: true, multiline: true, maxLength: 1_048_576, doc: 'The new text.' },
  },
  returns: null,
  examples: [
    {
      args: { version: 'ea-php84', content: '[PHP]\nmemory_limit = 256M\n' },
      doc: 'Defaults for all directives but one.',
    },
  ],

  async look({ version, content }, { machine }) {
    const found = await readIni(machine, getVersion(await findVersions(machine), 'version', version));
    const [parsed] = await found.parse(content);
    if (parsed !== undefined && 'error' in parsed) {
      throw badParam(
        `The parameter “content” should be the text of a php.ini. PHP rejects it: ${parsed.error}.`,
      );
    }
    const { php, files } = found;
    return { php, files: files.map(({ path, digest }) => ({ path, content, replaces: digest })) };
  },

  async handler(_args, { plan }, desired) {
    plan(setPhpIni([desired]));
  },
});
