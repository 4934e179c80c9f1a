import { setPhpIni } from '../../capabilities/php/plans/set-php-ini.ts';
import { defineFunction } from '../../core/define.ts';
import { findVersions, readIni } from '../../capabilities/php/driver/look-php.ts';
import { editFiles, isSet, readSessionPath } from '../../capabilities/php/rules/ini-settings.ts';
import { assertSome } from '../../capabilities/php/rules/versions.ts';

const DIRECTIVE = 'session.save_path';

export default defineFunction({
  name: 'php_set_session_save_path',
  since: 66,
  summary: 'Set the folder in which PHP keeps sessions.',
  description:
    'The directive session.save_path is set in the php.ini of every installed PHP version, and the folder is created if ' +
    'it does not exist: every user can create files in it, but not list those of others. The pools of accounts keep ' +
    'their sessions in the home of the account, whatever php.ini says.',
  access: 'root',
  effect: 'operates',
  role: 'WebServer',
  params: {
    path: {
      type: 'string',
      default: '/var/cpanel/php/sessions',
      maxLength: 255,
      doc: 'The absolute path of the folder, below /var or /srv.',
    },
    overwrite: {
      type: 'flag',
      default: 0,
      doc: '1: replace a path that is already set in a php.ini. 0: keep it.',
    },
  },
  returns: null,
  examples: [
    {
      args: { path: '/var/lib/php/sessions', overwrite: '1' },
      doc: 'The folder of Debian, from which old sessions are removed.',
    },
  ],

  async look(args, { machine }) {
    const path = readSessionPath(args.path);
    const installed = await findVersions(machine);
    assertSome(installed);
    const changed = [];
    const kept: string[] = [];
    for (const version of installed) {
      const found = await readIni(machine, version);
      const { php, files } = found;
      const wanted = [];
      for (const file of files) {
        if (args.overwrite || !(await isSet(found, file, DIRECTIVE))) wanted.push(file);
        else kept.push(file.path);
      }
      const edited = await editFiles({ ...found, files: wanted }, [{ name: DIRECTIVE, value: path }]);
      if (edited.length > 0) changed.push({ php, files: edited });
    }
    return { path, changed, kept };
  },

  async handler(_args, { plan, inform }, { path, changed, kept }) {
    for (const file of kept)
      inform(`“${file}” already has a path, which stays. Pass overwrite=1 to replace it.`);
    plan(setPhpIni(changed, changed.length > 0 ? path : undefined));
  },
});
