import { defineApi2Twin } from '../../core/define-uapi.ts';
import { subdomainFields } from '../../capabilities/domains/rules/rows.ts';
import original from '../../uapi/SubDomain/listsubdomains.ts';

export default defineApi2Twin(original, {
  without: ['return_https_redirect_status'],
  returns: { fields: subdomainFields },
});
