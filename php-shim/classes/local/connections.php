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

namespace mod_lticontainer\local;

use moodle_exception;

/**
 * The LTI activities that belong to an instance, and which of them it hides.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class connections {
    /**
     * Constructor.
     */
    private function __construct(
        /** @var instance The instance. */
        public readonly instance $instance,
        /** @var activity[] Its activities by their id, in the order of the course; hidden ones too. */
        private readonly array $own,
    ) {
    }

    /**
     * Finds the activities of an instance.
     *
     * @param instance $instance The instance.
     * @return self
     */
    public static function of(instance $instance): self {
        $all = activities::of_course((int) $instance->course->id);
        return new self($instance, array_filter($all, fn($one) => activities::belongs($instance->record, $one)));
    }

    /**
     * Returns the activities that the reader sees: hidden ones only who may show them again.
     *
     * @return activity[] By their id.
     */
    public function visible(): array {
        $seesall = has_capability('mod/lticontainer:lti_setting', $this->instance->context);
        return $seesall ? $this->own : $this->shown();
    }

    /**
     * Returns the activities that the instance does not hide.
     *
     * @return activity[] By their id.
     */
    public function shown(): array {
        return array_filter($this->own, fn(activity $one) => activities::shows($this->instance->record, $one));
    }

    /**
     * Returns an activity that the reader sees.
     *
     * @param int $id Its id.
     * @return activity
     * @throws moodle_exception There is none.
     */
    public function get(int $id): activity {
        return $this->visible()[$id] ?? throw new moodle_exception('ltis_notfound', 'mod_lticontainer');
    }

    /**
     * Shows or hides an activity.
     *
     * @param int $id Its id.
     * @param bool $isshown Whether it is to be shown.
     * @return bool False where the list of hidden ones is full.
     * @throws moodle_exception There is no such activity.
     */
    public function show(int $id, bool $isshown): bool {
        global $DB;
        $this->get($id);
        // What is gone from the course leaves the list.
        $hidden = array_diff(array_intersect($this->instance->hidden(), array_keys($this->own)), [$id]);
        $list = implode(',', $isshown ? $hidden : [...$hidden, $id]);
        if (strlen($list) > instance::HIDDEN_LENGTH) {
            return false;
        }
        return $DB->set_field('lticontainer', 'no_display_lti', $list, ['id' => $this->instance->record->id]);
    }
}
