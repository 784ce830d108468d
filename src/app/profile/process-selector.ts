import { type ProfileDetail } from '../../api/resources';
import { writeSelector } from '../../ui/selector';

/** The uploads of the same process, where the client names it; else those of its service and host. */
export function processSelector({ service, labels }: Pick<ProfileDetail, 'service' | 'labels'>): string {
  const of = labels['runtime-id'] ? 'runtime-id' : 'host';
  const names = [['service', service], ...(labels[of] ? [[of, labels[of]]] : [])];
  return writeSelector(names.map(([label, value]) => ({ label, operator: '=', value })));
}
