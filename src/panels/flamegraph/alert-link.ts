import { type PanelData } from '@grafana/data';
import { type AlertTarget, alertTarget, mayCreateAlerts, openAlertEditor as openEditor } from '../../ui/alert-link';

export { alertTarget, mayCreateAlerts };

export interface AlertAbout {
  target: AlertTarget;
  panelData: PanelData;
  method: string;
  /** Share of the total that the frame has now, for a first threshold. */
  share: number;
  profileType?: string;
}

/** Opens Grafana's editor with a rule on the method's share of the total, for what the panel selects now. */
export function openAlertEditor({ target, panelData, method, share, profileType }: AlertAbout): Promise<void> {
  return openEditor(target, panelData, {
    dimension: 'method',
    name: method,
    measure: 'totalShare',
    share,
    profileType,
  });
}
