import { defineApi2 } from '../../core/define-uapi.ts';
import { password } from '../../ground/rules/passwords/passwords.ts';

export default defineApi2({
  name: 'PasswdStrength::get_password_strength',
  since: null,
  summary: 'Check the strength of a password.',
  description:
    'The strength grows with the number of guesses that an attacker needs: 100 means 10^12 guesses, 65 about 10^8.',
  effect: 'none',
  params: { password: { ...password, required: true, doc: 'The password to rate.' } },
  returns: { fields: { strength: { type: 'string', doc: '0 to 100.' } } },
  examples: [{ args: { password: 'four unusual words, Xylophone' }, doc: 'Rate a password.' }],

  handler: async (args, { passwordStrength }) => [
    { strength: String(await passwordStrength(args.password, [])) },
  ],
});
