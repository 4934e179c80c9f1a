import { defineFunction } from '../../core/define.ts';
import { quote } from '../../core/quote.ts';
import {
  applications,
  isEnforced,
  setMinimum,
  type Application,
} from '../../ground/rules/passwords/minimums.ts';

const strength = (application: Application) =>
  ({
    type: 'integer',
    min: 0,
    max: 100,
    doc: `The minimum strength of ${applications[application]}.`,
  }) as const;

export default defineFunction({
  name: 'setminimumpasswordstrengths',
  since: 11,
  summary: 'Set how strong passwords must be.',
  description:
    'Strengths are those of get_password_strength. Omitted parameters keep their values, which is 65 until they are set. ' +
    'Existing passwords stay valid. createacct and passwd check passwords; the other minimums are stored.',
  access: 'root',
  effect: 'changes',
  params: {
    createacct: strength('createacct'),
    default: strength('default'),
    ftp: strength('ftp'),
    list: strength('list'),
    mysql: strength('mysql'),
    passwd: strength('passwd'),
    postgres: strength('postgres'),
    sshkey: strength('sshkey'),
    virtual: strength('virtual'),
  },
  oneOf: {
    count: 'at least',
    of: ['createacct', 'default', 'ftp', 'list', 'mysql', 'passwd', 'postgres', 'sshkey', 'virtual'],
  },
  returns: null,
  examples: [
    { args: { default: '65', createacct: '80' }, doc: 'Ask for stronger passwords of new accounts.' },
  ],

  async handler(args, { db, warn }) {
    for (const application of Object.keys(applications) as Application[]) {
      const given = args[application];
      if (given === undefined) continue;
      await setMinimum(db, application, given);
      if (!isEnforced(application)) {
        warn(
          `${quote(application)} is stored, but this server has no ${applications[application].replace(/^the /, '')} yet.`,
        );
      }
    }
  },
});
