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

use mod_lticontainer\local\answer;
use mod_lticontainer\local\page;
use renderable;
use renderer_base;
use templatable;

/**
 * Tools for administrators.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class tools implements renderable, templatable {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var page The page. */
        private readonly page $page,
        /** @var answer|null What check_host says; null: it failed, or there is no host. */
        private readonly ?answer $host,
    ) {
    }

    #[\Override]
    public function export_for_template(renderer_base $output): array {
        $name = (string) $this->page->instance->record->host;
        return [
            'host' => $name,
            'hashost' => $name !== '',
            'steps' => array_map($this->step(...), $this->host?->rows('steps') ?? []),
            'action' => $this->page->url->out(false),
            'sesskey' => sesskey(),
        ];
    }

    /**
     * Returns a step as the template takes it.
     *
     * @param answer $step A step of check_host.
     * @return array
     */
    private function step(answer $step): array {
        $isgood = $step->flag('ok');
        return [
            'colour' => $isgood ? 'success' : 'danger',
            'word' => get_string($isgood ? 'connection_ok' : 'connection_error', 'mod_lticontainer'),
            'sentence' => $step->worded('sentence'),
        ];
    }
}
