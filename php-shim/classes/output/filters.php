<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\output;

use mod_lticontainer\local\activity;
use mod_lticontainer\local\answer;
use mod_lticontainer\local\chart_filter;
use mod_lticontainer\local\connections;
use mod_lticontainer\local\page;
use mod_lticontainer\local\people;
use renderable;
use renderer_base;
use templatable;

/**
 * The form that chooses which cell runs are shown.
 *
 * What was chosen stays chosen, whether the service answers or not.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class filters implements renderable, templatable {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var page The page. */
        private readonly page $page,
        /** @var chart_filter What was chosen. */
        private readonly chart_filter $filter,
        /** @var answer|null What get_filters says; null: it failed. */
        private readonly ?answer $offered,
        /** @var people Who has which name. */
        private readonly people $people,
        /** @var string[] Which fields there are: chart, period, times, user, file. */
        private readonly array $fields,
    ) {
    }

    #[\Override]
    public function export_for_template(renderer_base $output): array {
        $has = array_fill_keys($this->fields, true);
        return [
            'action' => $this->page->tab->url($this->page->instance)->out_omit_querystring(),
            'id' => $this->page->instance->cm->id,
            'chart' => isset($has['chart']) ? $this->filter->chart : '',
            'hasperiod' => isset($has['period']),
            'isany' => $this->filter->period === 'any',
            'hastimes' => isset($has['times']),
            'start' => $this->filter->start,
            'end' => $this->filter->end,
            'hasusers' => isset($has['user']),
            'users' => $this->users(),
            'files' => $this->files(),
            'activities' => $this->activities(),
        ];
    }

    /**
     * Returns the users that can be chosen, by name.
     *
     * @return array[]
     */
    private function users(): array {
        $users = $this->with_chosen($this->offered?->texts('users') ?? [], $this->filter->user);
        $names = array_combine($users, array_map($this->people->name(...), $users));
        \core_collator::asort($names);
        return $this->options($names, $this->filter->user);
    }

    /**
     * Returns the notebooks that can be chosen.
     *
     * @return array[]
     */
    private function files(): array {
        $files = $this->with_chosen($this->offered?->texts('files') ?? [], $this->filter->file);
        return $this->options(array_combine($files, $files), $this->filter->file);
    }

    /**
     * Returns the LTI activities that can be chosen.
     *
     * @return array[]
     */
    private function activities(): array {
        $shown = connections::of($this->page->instance)->shown();
        $names = array_map(fn(activity $one) => $this->page->instance->plain($one->name), $shown);
        return $this->options($names, (string) $this->filter->lti);
    }

    /**
     * Returns a list with what was chosen in it.
     *
     * @param string[] $offered The list.
     * @param string $chosen What was chosen; may be empty.
     * @return string[]
     */
    private function with_chosen(array $offered, string $chosen): array {
        return array_values(array_unique($chosen === '' ? $offered : [...$offered, $chosen]));
    }

    /**
     * Returns options as the template takes them.
     *
     * @param string[] $labels Labels by value, plain text.
     * @param string $chosen Value that was chosen.
     * @return array[]
     */
    private function options(array $labels, string $chosen): array {
        $options = [];
        foreach ($labels as $value => $label) {
            $options[] = ['value' => $value, 'label' => $label, 'selected' => (string) $value === $chosen];
        }
        return $options;
    }
}
