export interface HotspotsOptions {
  /** The small flame graph above the table. */
  showFlame: boolean;
  /** Dashboard variables that the switches set; where the dashboard lacks them, the panel asks again for itself. */
  typeVariable: string;
  scopeVariable: string;
  /** Offer the scope "With children" also where the query names one span: whoever asks it knows the children. */
  offerChildren: boolean;
}

export const defaultOptions: HotspotsOptions = {
  showFlame: true,
  typeVariable: 'profile_type',
  scopeVariable: 'span_scope',
  offerChildren: false,
};
