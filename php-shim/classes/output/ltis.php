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

use mod_lticontainer\local\activities;
use mod_lticontainer\local\activity;
use mod_lticontainer\local\connections;
use mod_lticontainer\local\page;
use moodle_url;
use renderable;
use renderer_base;
use templatable;

/**
 * The list of LTI activities.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class ltis implements renderable, templatable {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var page The page. */
        private readonly page $page,
        /** @var connections The activities. */
        private readonly connections $connections,
    ) {
    }

    #[\Override]
    public function export_for_template(renderer_base $output): array {
        $rows = array_map($this->row(...), array_values($this->connections->visible()));
        return [
            'rows' => $rows,
            'isempty' => !$rows,
            'maychoose' => $this->page->may('lti_setting'),
            'action' => $this->page->url->out(false),
            'sesskey' => sesskey(),
        ];
    }

    /**
     * Returns an activity as the template takes it.
     *
     * @param activity $activity The activity.
     * @return array
     */
    private function row(activity $activity): array {
        $isshown = activities::shows($this->connections->instance->record, $activity);
        $name = $this->page->instance->plain($activity->name);
        return [
            'id' => $activity->id,
            'name' => $name,
            'section' => $this->section($activity),
            'url' => (new moodle_url('/mod/lti/view.php', ['id' => $activity->cmid]))->out(false),
            'tool' => $activity->tooldomain,
            'isshown' => $isshown,
            'forstudents' => $activity->visible,
            'showlabel' => get_string($isshown ? 'ltis_hide' : 'ltis_show', 'mod_lticontainer', $name),
            'edit' => $this->page->may('lti_edit') ? $this->link('lti', $activity) : '',
            'copy' => $this->page->may('lti_edit') ? $this->link('copy', $activity) : '',
        ];
    }

    /**
     * Returns the name of the section in which an activity stands.
     *
     * @param activity $activity The activity.
     * @return string HTML
     */
    private function section(activity $activity): string {
        $course = $this->page->instance->course;
        $cm = get_fast_modinfo($course)->cms[$activity->cmid] ?? null;
        return $cm ? get_section_name($course, $cm->sectionnum) : '';
    }

    /**
     * Returns the address of a page of an activity.
     *
     * @param string $script The page.
     * @param activity $activity The activity.
     * @return string
     */
    private function link(string $script, activity $activity): string {
        $params = ['id' => $this->page->instance->cm->id, 'lti' => $activity->id];
        return (new moodle_url("/mod/lticontainer/$script.php", $params))->out(false);
    }
}
