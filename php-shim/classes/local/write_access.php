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

use context_module;
use context_system;
use moodle_exception;
use required_capability_exception;

/**
 * Who may store records, and which requests came whole.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class write_access {
    /** @var string What is needed. */
    private const CAPABILITY = 'mod/lticontainer:db_write';

    /**
     * Refuses a user who may not store these records.
     *
     * A record names its instance only when a session begins, so the others can't be told to belong to a course: for
     * them the capability is needed in some course, and the random id of the session stands for the rest.
     *
     * @param array[] $records Records.
     * @throws required_capability_exception
     */
    public static function require_write(array $records): void {
        $system = context_system::instance();
        if (has_capability(self::CAPABILITY, $system)) {
            return;
        }
        $instances = array_unique(array_filter(array_column($records, 'inst_id'), 'ctype_digit'));
        foreach (array_filter(array_map('intval', $instances)) as $instance) {
            $cm = get_coursemodule_from_instance('lticontainer', $instance);
            require_capability(self::CAPABILITY, $cm ? context_module::instance($cm->id) : $system);
        }
        if (!$instances && !self::writes_somewhere()) {
            throw new required_capability_exception($system, self::CAPABILITY, 'nopermissions', '');
        }
    }

    /**
     * Refuses a request that PHP has cut, or may have cut, at its limit of variables.
     *
     * @throws moodle_exception
     */
    public static function require_uncut_request(): void {
        $limit = (int) ini_get('max_input_vars');
        if (max(self::count_leaves($_GET), self::count_leaves($_POST)) >= $limit) {
            throw new moodle_exception('requestcut', 'mod_lticontainer', '', $limit);
        }
    }

    /**
     * Counts the variables of a form.
     *
     * @param array $form What PHP has made of it.
     * @return int
     */
    public static function count_leaves(array $form): int {
        $count = 0;
        array_walk_recursive($form, function () use (&$count) {
            $count++;
        });
        return $count;
    }

    /**
     * Tells whether the user may store records in some course.
     *
     * @return bool
     */
    private static function writes_somewhere(): bool {
        return (bool) get_user_capability_course(self::CAPABILITY, null, false, '', '', 1);
    }
}
