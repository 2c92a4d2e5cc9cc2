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
use mod_lticontainer\local\answer;
use mod_lticontainer\local\page;
use mod_lticontainer\local\people;
use moodle_url;
use renderable;
use renderer_base;
use templatable;

/**
 * The list of containers.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class containers implements renderable, templatable {
    /** @var string[] States that have a word of ours, and the colour of each. */
    private const COLOURS = [
        'running' => 'success',
        'stopping' => 'warning',
        'paused' => 'warning',
        'restarting' => 'warning',
        'removing' => 'warning',
        'created' => 'secondary',
        'exited' => 'secondary',
        'stopped' => 'secondary',
        'dead' => 'danger',
    ];

    /** @var string[] States in which a container can be stopped. */
    private const STOPPABLE = ['running', 'paused', 'restarting'];

    /** @var activity[] LTI activities of the course by their id. */
    private array $activities;

    /**
     * Constructor.
     */
    public function __construct(
        /** @var page The page. */
        private readonly page $page,
        /** @var answer[]|null The containers; null: they are not known. */
        private readonly ?array $containers,
        /** @var people Who has which name. */
        private readonly people $people,
    ) {
        $this->activities = activities::of_course((int) $page->instance->course->id);
    }

    #[\Override]
    public function export_for_template(renderer_base $output): array {
        return [
            'isknown' => $this->containers !== null,
            'isempty' => !$this->containers,
            'mayedit' => $this->page->may('jupyterhub_user_edit'),
            'containers' => array_map($this->row(...), $this->containers ?? []),
        ];
    }

    /**
     * Returns a container as the template takes it.
     *
     * @param answer $container A container of get_containers.
     * @return array
     */
    private function row(answer $container): array {
        $user = $container->text('user');
        $activity = $this->activities[$container->number('lti_id')] ?? null;
        $state = $container->text('state');
        $maystop = in_array($state, self::STOPPABLE, true);
        $memory = $container->text('memory');
        return [
            'name' => $this->people->name($user),
            'user' => $user,
            'activity' => $activity ? $this->page->instance->plain($activity->name) : '',
            'image' => $container->text('image'),
            'state' => isset(self::COLOURS[$state]) ? get_string("container_state_$state", 'mod_lticontainer') : $state,
            'colour' => self::COLOURS[$state] ?? 'secondary',
            'since' => volumes::time($container->text('since')),
            'cpu' => $container->text('cpu') === '' ? '' : format_float((float) $container->text('cpu'), 2),
            'memory' => ctype_digit($memory) ? display_size((int) $memory) : '',
            'stop' => $maystop ? (new moodle_url($this->page->url, ['stop' => $user]))->out(false) : '',
        ];
    }
}
