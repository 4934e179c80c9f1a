import { defineTwin } from '../../core/define-uapi.ts';
import original from '../UserManager/change_password.ts';

export default defineTwin(original, {
  name: 'Users::change_password',
  since: 116,
  ignored: {
    enabledigest: {
      type: 'flag',
      doc: 'Whether to allow digest authentication for Web Disk.',
      noEffectReason: 'this server has no Web Disk.',
    },
  },
});
