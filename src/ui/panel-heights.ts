/** Room that one row of controls takes above a panel's content. */
export const panelToolbarHeightPx = 36;
