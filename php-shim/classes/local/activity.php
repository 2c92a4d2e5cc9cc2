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

/**
 * An LTI activity of a course, in its place there.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class activity {
    /** @var int Longest name that the service takes, in characters. */
    private const NAME_LENGTH = 255;

    /**
     * Constructor.
     */
    public function __construct(
        /** @var int Id in the table lti. */
        public readonly int $id,
        /** @var int Id of the course. */
        public readonly int $courseid,
        /** @var int Id of the course module. */
        public readonly int $cmid,
        /** @var string Name, as it is stored. */
        public readonly string $name,
        /** @var string Custom parameters, as Moodle keeps them. */
        public readonly string $text,
        /** @var int Moodle's number; in the place of 1, the tool's default, that of the tool. */
        public readonly int $launchcontainer,
        /** @var string Domain of the tool; empty where it has none. */
        public readonly string $tooldomain,
        /** @var string URL of the tool; empty where it has none. */
        public readonly string $toolurl,
        /** @var bool Whether students see it. */
        public readonly bool $visible,
    ) {
    }

    /**
     * Returns what the service has to know to write the parameters.
     *
     * @param int $instanceid Id of the instance that is responsible.
     * @param string $coursename Name of the course, as it is stored.
     * @return array The struct context of build_custom_params.
     */
    public function context(int $instanceid, string $coursename): array {
        return [
            'course_id' => $this->courseid,
            'course_name' => self::plain($coursename),
            'lti_id' => $this->id,
            'lti_name' => self::plain($this->name),
            'inst_id' => $instanceid,
            'launch_container' => $this->launchcontainer,
        ];
    }

    /**
     * Returns what the service is told when the activity is registered.
     *
     * @param int $instanceid Id of the instance that is responsible.
     * @return array A struct of register_ltis.
     */
    public function entry(int $instanceid): array {
        return [
            'lti_id' => $this->id,
            'course_id' => $this->courseid,
            'inst_id' => $instanceid,
            'name' => \core_text::substr(self::plain($this->name), 0, self::NAME_LENGTH),
        ];
    }

    /**
     * Returns a name without control characters. Text that was pasted may hold some; the service takes none.
     *
     * @param string $name The name.
     * @return string
     */
    private static function plain(string $name): string {
        return trim((string) preg_replace('/\p{Cc}+/u', ' ', $name));
    }
}
