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

use core_user\fields;
use stdClass;

/**
 * The people of an instance's course, by their user names, which kernels report.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class people {
    /** @var string[] How the form lets teachers name students. */
    private const PATTERNS = ['fullname', 'firstname', 'lastname'];

    /** @var stdClass[] Users by user name. */
    private array $users = [];

    /** @var bool[] User names of those who teach. */
    private array $staff = [];

    /**
     * Constructor.
     */
    public function __construct(
        /** @var instance The instance. */
        private readonly instance $instance,
    ) {
        $columns = fields::for_name()->including('id', 'username')->get_required_fields();
        $wanted = implode(',', array_map(fn(string $column) => "u.$column", $columns));
        $course = \context_course::instance($instance->course->id);
        foreach (get_enrolled_users($course, '', 0, $wanted, null, 0, 0, true) as $user) {
            $this->users[$user->username] = $user;
        }
        $teaching = get_enrolled_users($instance->context, 'mod/lticontainer:lti_view', 0, 'u.id, u.username');
        $this->staff = array_fill_keys(array_column($teaching, 'username'), true);
    }

    /**
     * Returns the user names of the students.
     *
     * @return string[]
     */
    public function roster(): array {
        return array_map('strval', array_keys(array_diff_key($this->users, $this->staff)));
    }

    /**
     * Returns the name of a person, as the instance has people named.
     *
     * @param string $username User name, as a kernel has reported it.
     * @return string Plain text; of strangers the user name.
     */
    public function name(string $username): string {
        $user = $this->users[$username] ?? null;
        if ($user === null) {
            return $username;
        }
        $pattern = self::pattern($this->instance->record);
        $context = ['context' => $this->instance->context];
        $name = $pattern === 'fullname' ? fullname($user, has_capability('moodle/site:viewfullnames', $context['context'])) : '';
        return ($name ?: (string) ($user->$pattern ?? '')) ?: $username;
    }

    /**
     * Returns how an instance has people named.
     *
     * @param stdClass $record Row of lticontainer.
     * @return string fullname, firstname or lastname
     */
    public static function pattern(stdClass $record): string {
        return in_array($record->namepattern, self::PATTERNS, true) ? $record->namepattern : self::PATTERNS[0];
    }
}
