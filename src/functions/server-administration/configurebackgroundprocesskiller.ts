import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { userName } from '../../core/params.ts';
import { anyOf, quote } from '../../core/quote.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as settings from '../../capabilities/system/rules/background-processes/settings.ts';

const OFF = 'none';

export default defineFunction({
  name: 'configurebackgroundprocesskiller',
  since: 11,
  summary: 'Set which background programs of accounts are stopped.',
  description:
    'The server looks for these programs every minute. A task ends those that it finds, and its log names them (--tasks). ' +
    'Only processes of accounts are ended, never those of root and other system users. A program is recognised by the ' +
    'name of its process or of its command. The call replaces the earlier lists. Servers that share a store ' +
    'have one setting.',
  access: 'root',
  effect: 'changes',
  params: {
    processes_to_kill: {
      type: 'string',
      required: true,
      list: true,
      values: [...Object.keys(settings.programs), OFF],
      doc: 'A program to stop. “none” alone stops none.',
    },
    trusted_users: {
      ...userName,
      list: true,
      doc: 'An account whose programs are not stopped. Without any, the programs of all accounts are.',
    },
  },
  returns: null,
  examples: [
    {
      args: { processes_to_kill: ['eggdrop', 'psyBNC'] },
      doc: 'Stop IRC bots and bouncers of all accounts.',
    },
    { args: { processes_to_kill: [OFF] }, doc: 'Stop no programs any more.' },
  ],

  async handler({ processes_to_kill: names, trusted_users: trusted }, { db, system, warn }) {
    if (names.includes(OFF) && names.some((name) => name !== OFF)) {
      throw badParam(`The parameter “processes_to_kill” should be “${OFF}” alone, or names of programs.`);
    }
    const unknown: string[] = [];
    for (const user of trusted) if ((await accounts.find(db, user)) === undefined) unknown.push(user);
    if (unknown.length > 0) {
      const list = anyOf(unknown.map((user) => quote(user)));
      warn(`There is no account ${list} now. It is trusted if it is created.`);
    }
    if (system.isSandbox) warn('This is a sandbox: the setting is stored, and no process is stopped.');
    const programs = [...new Set(names)].filter((name) => name !== OFF);
    await settings.write(db, { programs, trusted: [...new Set(trusted)] });
  },
});
