import { locationService } from '@grafana/runtime';
import { fireEvent, render, screen } from '@testing-library/react';
import React from 'react';
import { type ProfileDetail } from '../../api/resources';
import { ProfileHeader } from './profile-header';
import { TagList } from './tag-list';

const detail: ProfileDetail = {
  id: 'a',
  tenant: 'default',
  service: 'shop',
  start: 1e12,
  end: 1e12 + 60_000,
  received: 1e12,
  status: 'ok',
  reason: '',
  format: 'pprof',
  sizeBytes: 10,
  sampleCount: 1,
  labels: { env: 'prod', host: 'h1' },
  profileTypes: [],
  endpointCounts: {},
  previousId: null,
  nextId: null,
  attachments: [],
};
const search = () => locationService.getSearch();

it('narrows the list that is open beside it', () => {
  locationService.push('/a/hotspan-profiling-app/explore?from=now-3h&profile=a&tab=tags');
  render(<TagList detail={detail} ds="hotspan" inList />);
  fireEvent.click(screen.getByRole('button', { name: 'Only env prod' }));
  expect(search().getAll('f')).toEqual(['env|=|prod']);
  expect([search().get('from'), search().get('profile'), search().get('tab')]).toEqual(['now-3h', 'a', 'tags']);
});

it('opens the list around the profile from its own page', () => {
  locationService.push('/a/hotspan-profiling-app/profile/a?tab=tags');
  render(<TagList detail={detail} ds="hotspan" />);
  fireEvent.click(screen.getByRole('button', { name: 'Exclude host h1' }));
  expect(locationService.getLocation().pathname).toBe('/a/hotspan-profiling-app/explore');
  expect(search().getAll('f')).toEqual(['host|!=|h1']);
  expect(Number(search().get('from'))).toBeLessThan(detail.start);
});

it('finds tags by what is written', () => {
  render(<TagList detail={detail} ds="hotspan" />);
  fireEvent.change(screen.getByRole('textbox', { name: 'Search tags' }), { target: { value: 'prod' } });
  expect(screen.getAllByRole('row')).toHaveLength(1);
  fireEvent.change(screen.getByRole('textbox', { name: 'Search tags' }), { target: { value: 'nothing' } });
  expect(screen.getByRole('status')).toHaveTextContent('No tag holds “nothing”.');
});

it('offers what the profile can be compared with; without an upload before it, its service', async () => {
  render(<ProfileHeader uid="hotspan" detail={detail} search={{ type: 'cpu-time' }} />);
  fireEvent.click(screen.getByRole('button', { name: 'Compare' }));
  const items = await screen.findAllByRole('menuitem');
  expect(items.map((item) => item.textContent)).toEqual([
    'Its service, the hour before',
    'Its service, this time yesterday',
    'Its service, this time a week ago',
  ]);
  expect(items[0]).toHaveAttribute(
    'href',
    '/a/hotspan-profiling-app/compare?ds=hotspan&base=hour&right=a&type=cpu-time'
  );
});
